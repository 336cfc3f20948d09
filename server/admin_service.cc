#include "server/admin_service.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/server_builder.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "server/grpc/call_metadata.h"
#include "server/proto_time.h"
#include "server/reload_report.h"
#include "server/trace.h"

namespace spillway::server {
namespace {

template <class Request>
grpc::Status NoSuchTarget(const Request& request) {
  return {grpc::StatusCode::NOT_FOUND, absl::StrCat("no target ", request.endpoint(), "/", request.model(),
                                                    " in the configuration in force")};
}

}  // namespace

grpc::Status AdminService::ListTargets(grpc::ServerContext*, const v1::ListTargetsRequest*,
                                       v1::ListTargetsResponse* response) {
  const WallClock clock = WallClock::Now();
  for (const router::TargetStatus& target : router_.Targets(clock.steady())) {
    *response->add_targets() = StatusOf(target, clock);
  }
  return grpc::Status::OK;
}

grpc::Status AdminService::SuspendTarget(grpc::ServerContext*, const v1::SuspendTargetRequest* request,
                                         v1::SuspendTargetResponse* response) {
  const WallClock clock = WallClock::Now();
  router::Instant until = router::kNever;
  if (request->has_duration()) {
    const router::Duration duration = FromProto(request->duration());
    if (duration <= router::Duration::zero()) {
      return {grpc::StatusCode::INVALID_ARGUMENT, "duration: must be longer than zero"};
    }
    until = router::SaturatingAdd(clock.steady(), duration);
  }
  const auto target = router_.Suspend(request->endpoint(), request->model(), until, clock.steady());
  if (!target) return NoSuchTarget(*request);
  *response->mutable_target() = StatusOf(*target, clock);
  return grpc::Status::OK;
}

grpc::Status AdminService::ResumeTarget(grpc::ServerContext*, const v1::ResumeTargetRequest* request,
                                        v1::ResumeTargetResponse* response) {
  const WallClock clock = WallClock::Now();
  const auto target = router_.Resume(request->endpoint(), request->model(), clock.steady());
  if (!target) return NoSuchTarget(*request);
  *response->mutable_target() = StatusOf(*target, clock);
  return grpc::Status::OK;
}

grpc::Status AdminService::ReloadConfig(grpc::ServerContext*, const v1::ReloadConfigRequest*,
                                        v1::ReloadConfigResponse* response) {
  const ReloadResult result = reloader_.Reload("rpc");
  if (result.outcome == ReloadOutcome::kRejected) return ToGrpc(StatusOf(reloader_.path(), result));
  response->set_config_hash(result.hash);
  response->set_changed(result.outcome == ReloadOutcome::kApplied);
  response->mutable_restart_needed()->Add(result.restart_needed.begin(), result.restart_needed.end());
  return grpc::Status::OK;
}

grpc::Status AdminService::GetConfig(grpc::ServerContext*, const v1::GetConfigRequest*,
                                     v1::GetConfigResponse* response) {
  const ConfigInForce in_force = reloader_.in_force();
  // Holds the names of secrets' sources, never a secret: those are resolved elsewhere.
  *response->mutable_config() = *in_force.config;
  response->set_config_hash(in_force.hash);
  return grpc::Status::OK;
}

absl::StatusOr<std::unique_ptr<grpc::Server>> ServeAdmin(AdminService& service, const std::string& address,
                                                         int& port) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
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
