#include "server/server.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/strip.h"
#include "server/admin_http.h"
#include "server/admin_service.h"
#include "server/call_runner.h"
#include "server/config/defaults.h"
#include "server/config/listener_tls.h"
#include "server/config_watcher.h"
#include "server/grpc/front.h"
#include "server/metrics.h"
#include "server/openai/door_options.h"
#include "server/openai/openai_door.h"
#include "server/reloader.h"
#include "server/shared_router.h"

namespace spillway::server {
namespace {

class ServerImpl final : public Server {
 public:
  explicit ServerImpl(GetEnv get_env)
      : router_(router::TableSpec(), std::random_device()(), metrics_),
        runner_(io_, router_, metrics_),
        reloader_(io_, router_, runner_, metrics_, std::move(get_env)) {}

  ~ServerImpl() override { Stop(std::chrono::nanoseconds::zero()); }

  absl::Status Start(ConfigReading reading) {
    io_thread_ = std::thread([this] { io_.run(); });
    if (const ConfigErrors errors = reloader_.Begin(std::move(reading)); !errors.empty()) {
      const std::string lines = FormatErrors(reloader_.path(), errors);
      return absl::FailedPreconditionError(absl::StripSuffix(lines, "\n"));
    }
    const ConfigInForce in_force = reloader_.in_force();
    const v1::Config& config = *in_force.config;
    if (absl::Status status = StartAdmin(config); !status.ok()) return status;
    auto front =
        GrpcFront::Start({GrpcAddress(config), MaxMessageBytes(config)}, io_, runner_, router_, metrics_);
    if (!front.ok()) return front.status();
    front_ = *std::move(front);
    ports_.grpc = front_->port();
    if (absl::Status status = StartDoor(config); !status.ok()) return status;
    front_->SetServing(true);
    ready_ = true;
    watcher_.emplace([this] { return reloader_.files(); }, [this] { Reload("file"); });
    return absl::OkStatus();
  }

  const ServerPorts& ports() const override { return ports_; }

  ReloadResult Reload(std::string_view trigger) override { return reloader_.Reload(trigger); }

  void Shutdown() override { Stop(ShutdownGrace(*reloader_.in_force().config)); }

 private:
  absl::Status StartAdmin(const v1::Config& config) {
    auto http = AdminHttp::Start(AdminAddress(config), io_,
                                 {[this] { RefreshGauges(); }, [this] { return metrics_.Serialize(); },
                                  [this] { return ready_.load(); }});
    if (!http.ok()) return http.status();
    admin_http_ = *std::move(http);
    ports_.admin = admin_http_->port();
    const std::string grpc_address = AdminGrpcAddress(config);
    if (grpc_address.empty()) return absl::OkStatus();
    admin_service_.emplace(router_, reloader_);
    auto grpc = ServeAdmin(*admin_service_, grpc_address, ports_.admin_grpc);
    if (!grpc.ok()) return grpc.status();
    admin_grpc_ = *std::move(grpc);
    return absl::OkStatus();
  }

  absl::Status StartDoor(const v1::Config& config) {
    HttpServer::Options options;
    options.address = OpenAiAddress(config);
    options.limits = DoorLimits(config);
    options.tls = reloader_.TlsContextOf(kOpenAiListener);
    if (options.address.empty()) return absl::OkStatus();
    auto door = OpenAiDoor::Start(io_, runner_, metrics_, std::move(options));
    if (!door.ok()) return door.status();
    door_ = *std::move(door);
    ports_.openai = door_->port();
    boost::asio::post(io_, [this] { open_door_ = door_.get(); });
    reloader_.FollowCertificate(kOpenAiListener,
                                [this](const ListenerContext& tls) { door_->UseTls(tls.context); });
    return absl::OkStatus();
  }

  // I/O thread.
  void RefreshGauges() {
    if (open_door_ != nullptr) metrics_.door().SetConnections(open_door_->connections());
    if (runner_.runtime() != nullptr) runner_.runtime()->ReportConnections(metrics_);
    for (const router::TargetStatus& target : router_.Targets(std::chrono::steady_clock::now())) {
      metrics_.SetTargetState(target.name, target.view.state);
    }
  }

  void Stop(std::chrono::nanoseconds grace) {
    ready_ = false;
    // Whoever may ask for a reload goes before the I/O thread, which a reload waits for.
    watcher_.reset();
    const auto deadline = std::chrono::steady_clock::now() + grace;
    if (door_ != nullptr) door_->Drain();
    if (front_ != nullptr) {
      front_->SetServing(false);
      front_->Shutdown(std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::system_clock::duration>(grace));
      front_.reset();
    }
    if (door_ != nullptr) door_->Shutdown(deadline);
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

  Metrics metrics_;
  SharedRouter router_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  CallRunner runner_;
  Reloader reloader_;
  std::thread io_thread_;
  std::unique_ptr<GrpcFront> front_;
  std::unique_ptr<OpenAiDoor> door_;
  // The same, for the I/O thread.
  OpenAiDoor* open_door_ = nullptr;
  std::unique_ptr<AdminHttp> admin_http_;
  std::optional<AdminService> admin_service_;
  std::unique_ptr<grpc::Server> admin_grpc_;
  ServerPorts ports_;
  std::atomic<bool> ready_{false};
  std::optional<ConfigWatcher> watcher_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ConfigReading config, GetEnv get_env) {
  auto server = std::make_unique<ServerImpl>(std::move(get_env));
  if (absl::Status status = server->Start(std::move(config)); !status.ok()) return status;
  return server;
}

}  // namespace spillway::server
