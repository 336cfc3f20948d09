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

#include "server/admin_http.h"
#include "server/admin_service.h"
#include "server/call_runner.h"
#include "server/config/defaults.h"
#include "server/grpc/front.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/proto_time.h"
#include "server/runtime.h"
#include "server/shared_router.h"
#include "server/table_spec.h"

namespace spillway::server {
namespace {

class ServerImpl final : public Server {
 public:
  explicit ServerImpl(const LoadedConfig& loaded)
      : config_(loaded.config),
        config_hash_(loaded.hash),
        router_(TableSpecFrom(config_), std::random_device()(), metrics_),
        runner_(io_, router_, metrics_) {}

  ~ServerImpl() override { Stop(std::chrono::nanoseconds::zero()); }

  absl::Status Start(const ResolvedSecrets& secrets) {
    metrics_.SetConfigHash(config_hash_);
    auto runtime = Runtime::Create(io_, config_, secrets, router_.table(), metrics_);
    if (!runtime.ok()) return runtime.status();
    runner_.Use(*std::move(runtime));
    io_thread_ = std::thread([this] { io_.run(); });
    if (absl::Status status = StartAdmin(); !status.ok()) return status;
    auto front =
        GrpcFront::Start({GrpcAddress(config_), MaxMessageBytes(config_)}, io_, runner_, router_, metrics_);
    if (!front.ok()) return front.status();
    front_ = *std::move(front);
    ports_.grpc = front_->port();
    front_->SetServing(true);
    ready_ = true;
    return absl::OkStatus();
  }

  const ServerPorts& ports() const override { return ports_; }

  void Shutdown() override { Stop(ShutdownGrace(config_)); }

 private:
  absl::Status StartAdmin() {
    auto http = AdminHttp::Start(AdminAddress(config_), io_,
                                 {[this] { RefreshGauges(); }, [this] { return metrics_.Serialize(); },
                                  [this] { return ready_.load(); }});
    if (!http.ok()) return http.status();
    admin_http_ = *std::move(http);
    ports_.admin = admin_http_->port();
    const std::string grpc_address = AdminGrpcAddress(config_);
    if (grpc_address.empty()) return absl::OkStatus();
    admin_service_.emplace(router_, config_, config_hash_);
    auto grpc = ServeAdmin(*admin_service_, grpc_address, ports_.admin_grpc);
    if (!grpc.ok()) return grpc.status();
    admin_grpc_ = *std::move(grpc);
    return absl::OkStatus();
  }

  // I/O thread.
  void RefreshGauges() {
    if (runner_.runtime() != nullptr) runner_.runtime()->ReportConnections(metrics_);
    for (const router::TargetStatus& target : router_.Targets(std::chrono::steady_clock::now())) {
      metrics_.SetTargetState(target.name, target.view.state);
    }
  }

  void Stop(std::chrono::nanoseconds grace) {
    ready_ = false;
    if (front_ != nullptr) {
      front_->SetServing(false);
      front_->Shutdown(std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::system_clock::duration>(grace));
      front_.reset();
    }
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
  }

  const v1::Config config_;
  const std::uint64_t config_hash_;
  Metrics metrics_;
  SharedRouter router_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  CallRunner runner_;
  std::thread io_thread_;
  std::unique_ptr<GrpcFront> front_;
  std::unique_ptr<AdminHttp> admin_http_;
  std::optional<AdminService> admin_service_;
  std::unique_ptr<grpc::Server> admin_grpc_;
  ServerPorts ports_;
  std::atomic<bool> ready_{false};
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const LoadedConfig& loaded,
                                                      const ResolvedSecrets& secrets) {
  auto server = std::make_unique<ServerImpl>(loaded);
  if (absl::Status status = server->Start(secrets); !status.ok()) return status;
  return server;
}

}  // namespace spillway::server
