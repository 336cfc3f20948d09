#include "server/http/http_server.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/descriptors.h"
#include "server/host_port.h"
#include "server/http/http_connection.h"
#include "transport/asio_types.h"
#include "transport/coarse_timer.h"
#include "transport/server_tls_context.h"
#include "transport/socket_options.h"

namespace spillway::server {
namespace {

namespace asio = transport::asio;
using transport::error_code;
using transport::Executor;
using transport::Socket;
using transport::Tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

// When the process is out of descriptors: some may be free by then.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
// Deadlines are looked at no more often than this, for all connections together.
constexpr auto kGrain = std::chrono::milliseconds(50);

class HttpServerImpl final : public HttpServer, public HttpHost {
 public:
  HttpServerImpl(asio::io_context& io, Options options, HttpHandler& handler)
      : HttpHost(io, options.limits, handler),
        tls_(std::move(options.tls)),
        acceptor_(io),
        timer_(io, [this] { OnTime(); }),
        pause_(io) {}

  ~HttpServerImpl() override {
    retiring = draining = true;
    error_code ignored;
    acceptor_.close(ignored);
    while (!connections_.empty()) {
      // Closing it takes it out of the list.
      const std::shared_ptr<HttpConnection> last = connections_.back();
      last->Close();
    }
  }

  // For Asio: `work`, unless this is destroyed by then.
  template <class Work>
  auto Guarded(Work work) {
    return [alive = std::weak_ptr(alive_), work = std::move(work)](auto&&... arguments) mutable -> void {
      if (!alive.expired()) work(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  absl::Status Listen(const std::string& address) {
    const auto [host, port] = SplitHostPort(address);
    error_code error;
    const auto found = transport::Resolver(io).resolve(host, std::to_string(port), error);
    const Tcp::endpoint endpoint = error ? Tcp::endpoint() : found.begin()->endpoint();
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    asio::post(io, Guarded([this] { Accept(); }));
    return absl::OkStatus();
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return connections_.size(); }
  void UseTls(std::shared_ptr<transport::ServerTlsContext> tls) override { tls_ = std::move(tls); }

  void Retire() override { retiring = true; }

  void StopAccepting() override {
    retiring = true;
    if (!acceptor_.is_open()) return;
    // To those in the queue, the kernel has said that they are connected.
    error_code error;
    acceptor_.non_blocking(true, error);
    while (!error && connections_.size() < limits.max_connections) {
      Socket socket = acceptor_.accept(io, peer_, error);
      if (!error) Admit(std::move(socket));
    }
    acceptor_.close(error);
    pause_.cancel();
  }

  void Drain(absl::AnyInvocable<void()> done) override {
    StopAccepting();
    draining = true;
    drained_ = std::move(done);
    const std::vector<std::shared_ptr<HttpConnection>> all = connections_;
    for (const auto& connection : all) connection->CloseIfIdle();
    ReportIfDrained();
  }

 private:
  void Accept() {
    accepting_ = acceptor_.is_open() && connections_.size() < limits.max_connections;
    if (!accepting_) return ReportIfDrained();
    if (LowestFreeDescriptor() >= limits.max_descriptor) {
      AcceptAfterAPause();
      return;
    }
    acceptor_.async_accept(io, peer_, Guarded([this](const error_code& error, Socket socket) {
                             OnAccept(error, std::move(socket));
                           }));
  }

  void OnAccept(const error_code& error, Socket socket) {
    // Also when the listener has been closed since: Asio may have accepted this one before.
    if (!error) Admit(std::move(socket));
    const bool may_go_on = !error || error == asio::error::connection_aborted || !acceptor_.is_open();
    return may_go_on ? Accept() : AcceptAfterAPause();
  }

  void AcceptAfterAPause() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait(Guarded([this](const error_code&) { Accept(); }));
  }

  void Admit(Socket socket) {
    const int descriptor = socket.native_handle();
    transport::SetConnectionOptions(descriptor);
    auto stream = tls_ ? tls_->NewStream(descriptor) : transport::NewPlainStream(descriptor);
    if (!stream) return;
    auto connection = std::make_shared<HttpConnection>(*this, std::move(socket), peer_, std::move(stream));
    connection->place = connections_.size();
    connections_.push_back(connection);
    connection->Start();
    if (draining) connection->CloseIfIdle();
  }

  void ArmNoLaterThan(router::Instant at) override { timer_.ArmNoLaterThan(at); }

  void Forget(HttpConnection& connection) override {
    const std::size_t place = connection.place;
    std::swap(connections_[place], connections_.back());
    connections_[place]->place = place;
    // The last thing that holds it, perhaps.
    connections_.pop_back();
    ReportIfDrained();
    if (!accepting_ && acceptor_.is_open()) Accept();
  }

  void OnTime() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<HttpConnection>> due;
    for (const auto& connection : connections_) {
      if (connection->deadline() <= now) due.push_back(connection);
    }
    for (const auto& connection : due) connection->OnTime(now);
    router::Instant next = router::kNever;
    for (const auto& connection : connections_) next = std::min(next, connection->deadline());
    if (next != router::kNever) timer_.ArmNoLaterThan(std::max(next, now + kGrain));
  }

  void ReportIfDrained() {
    if (connections_.empty() && !accepting_ && drained_) asio::post(io, std::exchange(drained_, nullptr));
  }

  std::shared_ptr<transport::ServerTlsContext> tls_;
  Acceptor acceptor_;
  // Of the connection that is being accepted.
  Tcp::endpoint peer_;
  transport::CoarseTimer timer_;
  transport::Timer pause_;
  std::uint16_t port_ = 0;
  // An accept is under way, or will be after a pause.
  bool accepting_ = false;
  std::vector<std::shared_ptr<HttpConnection>> connections_;
  absl::AnyInvocable<void()> drained_;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(asio::io_context& io, Options options,
                                                              HttpHandler& handler) {
  const std::string address = options.address;
  auto server = std::make_unique<HttpServerImpl>(io, std::move(options), handler);
  if (absl::Status status = server->Listen(address); !status.ok()) return status;
  return server;
}

}  // namespace spillway::server
