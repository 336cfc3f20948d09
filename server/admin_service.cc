#include "server/admin_service.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/grpc/call_metadata.h"
#include "server/proto_time.h"
#include "server/reload_report.h"

namespace spillway::server {
namespace {

// The largest names a target and a length of time.
constexpr int kMaxRequestBytes = 64 * 1024;

// How soon a call that waits for a reload notices that nobody waits for it.
constexpr absl::Duration kGlance = absl::Milliseconds(50);

// Beside the watchers'.
constexpr int kMostOtherThreads = 48;

template <class Request>
grpc::Status NoSuchTarget(const Request& request) {
  return {grpc::StatusCode::NOT_FOUND, absl::StrCat("no target ", request.endpoint(), "/", request.model(),
                                                    " in the configuration in force")};
}

}  // namespace

AdminService::AdminService(SharedRouter& router, Reloader& reloader, const TargetBoard& board)
    : router_(router),
      reloader_(reloader),
      board_(board),
      watch_(router.changes(),
             [this](v1::WatchTargetsResponse& response) { *response.mutable_targets() = board_.All(); }) {}

Operator AdminService::Identify(const grpc::ServerContext& context) const {
  return OperatorOf(context, reloader_.in_force().config->server().admin());
}

grpc::Status AdminService::AdmitReader(const grpc::ServerContext& context, std::string_view command) const {
  const Operator who = Identify(context);
  if (!who.refusal.ok()) LogCommand(command, who, {}, who.refusal);
  return who.refusal;
}

grpc::Status AdminService::ListTargets(grpc::ServerContext* context, const v1::ListTargetsRequest*,
                                       v1::ListTargetsResponse* response) {
  if (grpc::Status refused = AdmitReader(*context, "list"); !refused.ok()) return refused;
  *response->mutable_targets() = board_.All();
  return grpc::Status::OK;
}

grpc::Status AdminService::WatchTargets(grpc::ServerContext* context, const v1::WatchTargetsRequest* request,
                                        grpc::ServerWriter<v1::WatchTargetsResponse>* writer) {
  grpc::Status refused = AdmitReader(*context, "watch");
  if (!refused.ok()) return refused;
  const auto has_left = [&] { return context->IsCancelled(); };
  const auto tell = [&](const v1::WatchTargetsResponse& response) {
    // Its key may have been withdrawn since.
    refused = AdmitReader(*context, "watch");
    return refused.ok() && writer->Write(response);
  };
  grpc::Status end = watch_.Serve(*request, {has_left, tell});
  return refused.ok() ? end : refused;
}

grpc::Status AdminService::SuspendTarget(grpc::ServerContext* context,
                                         const v1::SuspendTargetRequest* request,
                                         v1::SuspendTargetResponse* response) {
  const Operator who = Identify(*context);
  grpc::Status status = who.refusal.ok() ? Suspend(*request, *response) : who.refusal;
  LogCommand("suspend", who, {request->endpoint(), request->model()}, status);
  return status;
}

grpc::Status AdminService::Suspend(const v1::SuspendTargetRequest& request,
                                   v1::SuspendTargetResponse& response) {
  const WallClock clock = WallClock::Now();
  router::Instant until = router::kNever;
  if (request.has_duration()) {
    const router::Duration duration = FromProto(request.duration());
    if (duration <= router::Duration::zero()) {
      return {grpc::StatusCode::INVALID_ARGUMENT, "duration: must be longer than zero"};
    }
    until = router::SaturatingAdd(clock.steady(), duration);
  }
  const auto target = router_.Suspend(request.endpoint(), request.model(), until, clock.steady());
  if (!target) return NoSuchTarget(request);
  *response.mutable_target() = board_.Show(*target, clock);
  return grpc::Status::OK;
}

grpc::Status AdminService::ResumeTarget(grpc::ServerContext* context, const v1::ResumeTargetRequest* request,
                                        v1::ResumeTargetResponse* response) {
  const Operator who = Identify(*context);
  grpc::Status status = who.refusal.ok() ? Resume(*request, *response) : who.refusal;
  LogCommand("resume", who, {request->endpoint(), request->model()}, status);
  return status;
}

grpc::Status AdminService::Resume(const v1::ResumeTargetRequest& request,
                                  v1::ResumeTargetResponse& response) {
  const WallClock clock = WallClock::Now();
  const auto target = router_.Resume(request.endpoint(), request.model(), clock.steady());
  if (!target) return NoSuchTarget(request);
  *response.mutable_target() = board_.Show(*target, clock);
  return grpc::Status::OK;
}

grpc::Status AdminService::ReloadConfig(grpc::ServerContext* context, const v1::ReloadConfigRequest*,
                                        v1::ReloadConfigResponse* response) {
  const Operator who = Identify(*context);
  grpc::Status status = who.refusal.ok() ? Reload(*context, *response) : who.refusal;
  LogCommand("reload", who, {}, status);
  return status;
}

grpc::Status AdminService::Reload(const grpc::ServerContext& context, v1::ReloadConfigResponse& response) {
  // One that hangs would else keep a thread of those who have given up waiting for it.
  while (!reloader_.AwaitIdle(absl::Now() + kGlance)) {
    if (context.IsCancelled()) return {grpc::StatusCode::CANCELLED, "another reload is still under way"};
  }
  const ReloadResult result = reloader_.Reload("rpc");
  if (result.outcome == ReloadOutcome::kRejected) return ToGrpc(StatusOf(reloader_.path(), result));
  response.set_config_hash(result.hash);
  response.set_changed(result.outcome == ReloadOutcome::kApplied);
  response.mutable_restart_needed()->Add(result.restart_needed.begin(), result.restart_needed.end());
  return grpc::Status::OK;
}

grpc::Status AdminService::GetConfig(grpc::ServerContext* context, const v1::GetConfigRequest*,
                                     v1::GetConfigResponse* response) {
  if (grpc::Status refused = AdmitReader(*context, "config"); !refused.ok()) return refused;
  const ConfigInForce in_force = reloader_.in_force();
  // Holds the names of secrets' sources, never a secret: those are resolved elsewhere.
  *response->mutable_config() = *in_force.config;
  response->set_config_hash(in_force.hash);
  return grpc::Status::OK;
}

absl::StatusOr<std::unique_ptr<grpc::Server>> ServeAdmin(AdminService& service, const std::string& address,
                                                         std::shared_ptr<grpc::ServerCredentials> credentials,
                                                         int& port) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, std::move(credentials), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  // A watcher whose machine is gone frees its place.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Each watcher keeps a thread, and so does each stream of reflection's, which asks for no key.
  grpc::ResourceQuota quota("spillway admin");
  quota.SetMaxThreads(kMostWatchers + kMostOtherThreads);
  builder.SetResourceQuota(quota);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address,
                     " (server.admin.grpc_address): the port is taken or the address is not ours"));
  }
  return server;
}

}  // namespace spillway::server
