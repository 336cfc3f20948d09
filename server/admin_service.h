// AdminService: the operator's gRPC service, on a listener of its own.
//
// Synchronous: it is called by hand, and its server's threads must not be the calls' ones.
#ifndef SPILLWAY_SERVER_ADMIN_SERVICE_H_
#define SPILLWAY_SERVER_ADMIN_SERVICE_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/reloader.h"
#include "server/shared_router.h"
#include "spillway/v1/admin.grpc.pb.h"

namespace spillway::server {

class AdminService final : public v1::AdminService::Service {
 public:
  // Both outlive it.
  AdminService(SharedRouter& router, Reloader& reloader) : router_(router), reloader_(reloader) {}

  grpc::Status ListTargets(grpc::ServerContext* context, const v1::ListTargetsRequest* request,
                           v1::ListTargetsResponse* response) override;
  grpc::Status SuspendTarget(grpc::ServerContext* context, const v1::SuspendTargetRequest* request,
                             v1::SuspendTargetResponse* response) override;
  grpc::Status ResumeTarget(grpc::ServerContext* context, const v1::ResumeTargetRequest* request,
                            v1::ResumeTargetResponse* response) override;
  grpc::Status ReloadConfig(grpc::ServerContext* context, const v1::ReloadConfigRequest* request,
                            v1::ReloadConfigResponse* response) override;
  grpc::Status GetConfig(grpc::ServerContext* context, const v1::GetConfigRequest* request,
                         v1::GetConfigResponse* response) override;

 private:
  SharedRouter& router_;
  Reloader& reloader_;
};

// A gRPC server for it. UNAVAILABLE: the address cannot be bound. `port` gets the one bound.
absl::StatusOr<std::unique_ptr<grpc::Server>> ServeAdmin(AdminService& service, const std::string& address,
                                                         int& port);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ADMIN_SERVICE_H_
