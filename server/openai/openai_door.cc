#include "server/openai/openai_door.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "server/openai/door_handler.h"

namespace spillway::server {
namespace {

class OpenAiDoorImpl final : public OpenAiDoor {
 public:
  OpenAiDoorImpl(boost::asio::io_context& io, CallRunner& runner, Metrics& metrics)
      : io_(io), handler_(runner, metrics) {}

  // Connections are closed on the thread that owns them.
  ~OpenAiDoorImpl() override {
    if (server_ != nullptr) OnIoThread([this] { server_.reset(); });
  }

  absl::Status Listen(HttpServer::Options options) {
    const std::string address = options.address;
    auto server = HttpServer::Start(io_, std::move(options), handler_);
    if (!server.ok()) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", address,
                                                 " (server.openai.address): ", server.status().message()));
    }
    server_ = *std::move(server);
    port_ = server_->port();
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void UseTls(std::shared_ptr<transport::ServerTlsContext> tls) override {
    if (server_ != nullptr) server_->UseTls(std::move(tls));
  }

  std::size_t connections() const override { return server_ == nullptr ? 0 : server_->connections(); }

  void Retire() override {
    boost::asio::post(io_, [this] { server_->Retire(); });
  }

  void StopAccepting() override {
    boost::asio::post(io_, [this] { server_->StopAccepting(); });
  }

  void Drain() override {
    boost::asio::post(io_, [this] { server_->Drain([drained = drained_] { drained->Notify(); }); });
  }

  void Shutdown(std::chrono::system_clock::time_point deadline, const Patience& patience) override {
    patience.Await(absl::FromChrono(deadline),
                   [this](absl::Time until) { return drained_->WaitForNotificationWithDeadline(until); });
    OnIoThread([this] { server_.reset(); });
  }

 private:
  template <typename Work>
  void OnIoThread(Work work) {
    absl::Notification done;
    boost::asio::post(io_, [&] {
      work();
      done.Notify();
    });
    done.WaitForNotification();
  }

  boost::asio::io_context& io_;
  DoorHandler handler_;
  int port_ = 0;
  const std::shared_ptr<absl::Notification> drained_ = std::make_shared<absl::Notification>();
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<OpenAiDoor>> OpenAiDoor::Start(boost::asio::io_context& io, CallRunner& runner,
                                                              Metrics& metrics, HttpServer::Options options) {
  auto door = std::make_unique<OpenAiDoorImpl>(io, runner, metrics);
  if (absl::Status status = door->Listen(std::move(options)); !status.ok()) return status;
  return door;
}

}  // namespace spillway::server
