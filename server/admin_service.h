// AdminService: the operator's gRPC service, on a listener of its own.
//
// Synchronous: it is called by hand, and its server's threads must not be the calls' ones. Each call shows a
// key first, if keys are configured; each that changes something, or was refused, is logged.
#ifndef SPILLWAY_SERVER_ADMIN_SERVICE_H_
#define SPILLWAY_SERVER_ADMIN_SERVICE_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/admin_keys.h"
#include "server/reloader.h"
#include "server/shared_router.h"
#include "server/target_board.h"
#include "server/target_watch.h"
#include "spillway/v1/admin.grpc.pb.h"

namespace spillway::server {

class AdminService final : public v1::AdminService::Service {
 public:
  // All outlive it.
  AdminService(SharedRouter& router, Reloader& reloader, const TargetBoard& board);

  // Ends the watches, which would else hold up the listener's shutdown.
  void Stop() { watch_.Stop(); }

  grpc::Status ListTargets(grpc::ServerContext* context, const v1::ListTargetsRequest* request,
                           v1::ListTargetsResponse* response) override;
  grpc::Status WatchTargets(grpc::ServerContext* context, const v1::WatchTargetsRequest* request,
                            grpc::ServerWriter<v1::WatchTargetsResponse>* writer) override;
  grpc::Status SuspendTarget(grpc::ServerContext* context, const v1::SuspendTargetRequest* request,
                             v1::SuspendTargetResponse* response) override;
  grpc::Status ResumeTarget(grpc::ServerContext* context, const v1::ResumeTargetRequest* request,
                            v1::ResumeTargetResponse* response) override;
  grpc::Status ReloadConfig(grpc::ServerContext* context, const v1::ReloadConfigRequest* request,
                            v1::ReloadConfigResponse* response) override;
  grpc::Status GetConfig(grpc::ServerContext* context, const v1::GetConfigRequest* request,
                         v1::GetConfigResponse* response) override;

 private:
  // Who calls, by the keys in force.
  Operator Identify(const grpc::ServerContext& context) const;
  // OK, or refused and logged.
  grpc::Status AdmitReader(const grpc::ServerContext& context, std::string_view command) const;

  grpc::Status Suspend(const v1::SuspendTargetRequest& request, v1::SuspendTargetResponse& response);
  grpc::Status Resume(const v1::ResumeTargetRequest& request, v1::ResumeTargetResponse& response);
  grpc::Status Reload(const grpc::ServerContext& context, v1::ReloadConfigResponse& response);

  SharedRouter& router_;
  Reloader& reloader_;
  const TargetBoard& board_;
  TargetWatch watch_;
};

// A gRPC server for it. UNAVAILABLE: the address cannot be bound. `port` gets the one bound.
absl::StatusOr<std::unique_ptr<grpc::Server>> ServeAdmin(AdminService& service, const std::string& address,
                                                         std::shared_ptr<grpc::ServerCredentials> credentials,
                                                         int& port);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_ADMIN_SERVICE_H_
