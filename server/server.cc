#include "server/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/admin_http.h"
#include "server/admin_service.h"
#include "server/call_runner.h"
#include "server/config/defaults.h"
#include "server/config/listener_tls.h"
#include "server/config_watcher.h"
#include "server/descriptors.h"
#include "server/grpc/front.h"
#include "server/grpc/listener_credentials.h"
#include "server/log_sink.h"
#include "server/metrics.h"
#include "server/openai/door_options.h"
#include "server/openai/openai_door.h"
#include "server/patience.h"
#include "server/reloader.h"
#include "server/shared_router.h"
#include "server/target_board.h"

namespace spillway::server {
namespace {

// Clients that have been asked to leave have left when no call has come for this long…
constexpr absl::Duration kQuiet = absl::Milliseconds(250);
// … and are not waited for longer than this.
constexpr absl::Duration kLongestFarewell = absl::Seconds(2);
// A reload under way at the end takes milliseconds, or is one that hangs.
constexpr absl::Duration kLongestReload = absl::Seconds(2);

class ServerImpl final : public Server {
 public:
  explicit ServerImpl(GetEnv get_env)
      : router_(router::TableSpec(), std::random_device()(), metrics_),
        runner_(io_, router_, metrics_),
        reloader_(io_, router_, runner_, metrics_, std::move(get_env)) {}

  ~ServerImpl() override {
    Hurry();
    EndCalls(absl::ZeroDuration(), absl::ZeroDuration());
    EndThreads();
  }

  absl::Status Start(ConfigReading reading) {
    io_thread_ = std::thread([this] { io_.run(); });
    if (const ConfigErrors errors = reloader_.Begin(std::move(reading)); !errors.empty()) {
      const std::string lines = FormatErrors(reloader_.path(), errors);
      return absl::FailedPreconditionError(absl::StripSuffix(lines, "\n"));
    }
    const ConfigInForce in_force = reloader_.in_force();
    const v1::Config& config = *in_force.config;
    if (absl::Status status = StartAdmin(config); !status.ok()) return status;
    const std::shared_ptr<ListenerCredentials> credentials = CredentialsOf(kGrpcTls);
    auto front = GrpcFront::Start(GrpcSettings(config), credentials, io_, runner_, router_, metrics_);
    if (!front.ok()) return front.status();
    front_ = *std::move(front);
    ports_.grpc = front_->port();
    WatchPort(&front_->public_port());
    if (absl::Status status = StartDoor(config); !status.ok()) return status;
    front_->SetServing(true);
    ready_ = true;
    watcher_.emplace([this] { return reloader_.files(); },
                     [this](std::string_view trigger) { Reload(trigger); });
    return absl::OkStatus();
  }

  const ServerPorts& ports() const override { return ports_; }

  ReloadResult Reload(std::string_view trigger) override { return reloader_.Reload(trigger); }

  void AskToReload(std::string_view trigger) override { watcher_->Ask(trigger); }

  bool Shutdown() override {
    const ConfigInForce in_force = reloader_.in_force();
    EndCalls(absl::FromChrono(ShutdownDelay(*in_force.config)),
             absl::FromChrono(ShutdownGrace(*in_force.config)));
    const absl::Time deadline = absl::Now() + kLongestReload;
    if (watcher_ && !(watcher_->End(deadline) && reloader_.Close(deadline))) return false;
    EndThreads();
    return true;
  }

  void Hurry() override { patience_.End(); }

 private:
  absl::Status StartAdmin(const v1::Config& config) {
    auto http = AdminHttp::Start(AdminAddress(config), io_,
                                 {[this] { RefreshGauges(); }, [this] { return Scrape(); },
                                  [this] { return ready_.load(); }, [this] { return Complaint(); }});
    if (!http.ok()) return http.status();
    admin_http_ = *std::move(http);
    ports_.admin = admin_http_->port();
    const std::string grpc_address = AdminGrpcAddress(config);
    if (grpc_address.empty()) return absl::OkStatus();
    admin_service_.emplace(router_, reloader_, board_);
    admin_credentials_ = CredentialsOf(kAdminTls);
    std::shared_ptr<grpc::ServerCredentials> shown = admin_credentials_;
    if (shown == nullptr) shown = grpc::InsecureServerCredentials();
    auto grpc = ServeAdmin(*admin_service_, grpc_address, std::move(shown), ports_.admin_grpc);
    if (!grpc.ok()) return grpc.status();
    admin_grpc_ = *std::move(grpc);
    return absl::OkStatus();
  }

  absl::Status StartDoor(const v1::Config& config) {
    HttpServer::Options options;
    options.address = OpenAiAddress(config);
    options.limits = DoorLimits(config);
    options.limits.max_descriptor = ClientDescriptors(DescriptorLimit());
    options.tls = reloader_.TlsContextOf(kOpenAiTls);
    if (options.address.empty()) return absl::OkStatus();
    auto door = OpenAiDoor::Start(io_, runner_, metrics_, std::move(options));
    if (!door.ok()) return door.status();
    door_ = *std::move(door);
    ports_.openai = door_->port();
    boost::asio::post(io_, [this] { open_door_ = door_.get(); });
    reloader_.FollowCertificate(kOpenAiTls,
                                [this](const ListenerContext& tls) { door_->UseTls(tls.context); });
    return absl::OkStatus();
  }

  // Null: plain text. Follows the listener's certificate from now on.
  std::shared_ptr<ListenerCredentials> CredentialsOf(const char* listener) {
    std::optional<ListenerCertificate> certificate = reloader_.CertificateOf(listener);
    if (!certificate) return nullptr;
    auto credentials = std::make_shared<ListenerCredentials>(*std::move(certificate));
    reloader_.FollowCertificate(
        listener, [credentials](const ListenerContext& tls) { credentials->Use(tls.certificate); });
    return credentials;
  }

  // Null: no longer.
  void WatchPort(PublicPort* port) {
    const absl::MutexLock lock(&port_mutex_);
    watched_port_ = port;
  }

  // Admin thread, as Complaint.
  std::string Scrape() {
    metrics_.process().Refresh();
    {
      const absl::MutexLock lock(&port_mutex_);
      if (watched_port_ != nullptr) metrics_.port().Refresh(*watched_port_);
    }
    return metrics_.Serialize();
  }

  std::string Complaint() {
    const absl::MutexLock lock(&port_mutex_);
    return watched_port_ == nullptr ? "" : watched_port_->Complaint();
  }

  // I/O thread.
  void RefreshGauges() {
    metrics_.SetLostLogLines(LostLogLines());
    if (open_door_ != nullptr) metrics_.door().SetConnections(open_door_->connections());
    if (runner_.runtime() != nullptr) runner_.runtime()->ReportConnections(metrics_);
    for (const router::TargetStatus& target : router_.Targets(std::chrono::steady_clock::now())) {
      metrics_.SetTargetState(target.name, target.view.state);
    }
  }

  // Once: what it ends is not there the second time.
  void EndCalls(absl::Duration delay, absl::Duration grace) {
    if (std::exchange(calls_ended_, true)) return;
    // All who ask hear the same, so nothing between these waits; whoever sees one of the last sees the
    // others.
    if (front_ != nullptr) front_->SetServing(false);
    if (door_ != nullptr) door_->Retire();
    ready_ = false;
    patience_.Sleep(absl::Now() + delay);
    const absl::Time deadline = absl::Now() + grace;
    SendClientsAway(deadline);
    if (door_ != nullptr) door_->Drain();
    if (front_ != nullptr) front_->Shutdown(absl::ToChronoTime(deadline), patience_);
    WatchPort(nullptr);
    front_.reset();
    if (door_ != nullptr) door_->Shutdown(absl::ToChronoTime(deadline), patience_);
  }

  // After the calls: what a reload reads may hang, and would keep them from being ended in order.
  void EndThreads() {
    // Whoever may ask for a reload goes before the I/O thread, which a reload waits for.
    watcher_.reset();
    if (admin_service_) admin_service_->Stop();
    if (admin_grpc_ != nullptr) admin_grpc_->Shutdown(std::chrono::system_clock::now());
    admin_grpc_.reset();
    admin_http_.reset();
    if (!io_thread_.joinable()) return;
    // Connections are closed on the thread that owns them.
    boost::asio::post(io_, [this] {
      runner_.Use(nullptr);
      work_.reset();
      io_.stop();
    });
    io_thread_.join();
    // The admin listener may have asked the I/O thread for its gauges until now.
    door_.reset();
  }

  // Serves on until clients have left: some have sent a call before they heard that they should.
  void SendClientsAway(absl::Time deadline) {
    if (patience_.ended()) return;
    if (door_ != nullptr) door_->StopAccepting();
    const bool told = front_ != nullptr && front_->SendClientsAway();
    if (!told && door_ == nullptr) return;
    const absl::Time start = absl::Now();
    std::uint64_t calls = runner_.calls();
    absl::Time last_call = start;
    patience_.Await(std::min(deadline, start + kLongestFarewell), [&](absl::Time until) {
      patience_.Sleep(until);
      if (std::exchange(calls, runner_.calls()) != calls) last_call = absl::Now();
      return absl::Now() - last_call >= kQuiet;
    });
    if (told) front_->SendClientsAway();
  }

  Metrics metrics_;
  SharedRouter router_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  CallRunner runner_;
  Reloader reloader_;
  const TargetBoard board_{io_, router_, runner_, metrics_.figures()};
  std::thread io_thread_;
  std::unique_ptr<GrpcFront> front_;
  absl::Mutex port_mutex_;
  // That of front_, for the admin thread.
  PublicPort* watched_port_ ABSL_GUARDED_BY(port_mutex_) = nullptr;
  std::unique_ptr<OpenAiDoor> door_;
  // The same, for the I/O thread.
  OpenAiDoor* open_door_ = nullptr;
  std::unique_ptr<AdminHttp> admin_http_;
  std::optional<AdminService> admin_service_;
  // Null: plain text.
  std::shared_ptr<ListenerCredentials> admin_credentials_;
  std::unique_ptr<grpc::Server> admin_grpc_;
  ServerPorts ports_;
  std::atomic<bool> ready_{false};
  std::optional<ConfigWatcher> watcher_;
  Patience patience_;
  bool calls_ended_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ConfigReading config, GetEnv get_env) {
  auto server = std::make_unique<ServerImpl>(std::move(get_env));
  if (absl::Status status = server->Start(std::move(config)); !status.ok()) return status;
  return server;
}

}  // namespace spillway::server
