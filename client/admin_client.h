// Shows and steers a running Spillway server, over its admin listener (server.admin.grpc_address).
//
// Thread-safe, blocking and movable, as Client; a call ends at its deadline at the latest.
#ifndef SPILLWAY_CLIENT_ADMIN_CLIENT_H_
#define SPILLWAY_CLIENT_ADMIN_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/options.h"
#include "client/result.h"
#include "client/targets_watch.h"
#include "grpcpp/channel.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::client {

class AdminClient {
 public:
  // As Client::Connect.
  static absl::StatusOr<AdminClient> Connect(ClientOptions options);

  // Over a channel of the caller's own; of `options`, address and tls are then not used.
  AdminClient(std::shared_ptr<grpc::Channel> channel, ClientOptions options);

  // Every target and where it stands, in the order of the configuration.
  Result<v1::ListTargetsResponse> ListTargets(const CallOptions& call = {}) const;

  // The same as it changes, until it is cancelled or the server stops. Never fails itself: the watch's Finish
  // says how it went. INVALID_ARGUMENT: an interval under 100 ms. RESOURCE_EXHAUSTED: too many watch already.
  TargetsWatch WatchTargets(const v1::WatchTargetsRequest& request, const CallOptions& call = {}) const;

  // Takes a target out until it is resumed or the request's duration has passed. NOT_FOUND: no
  // such target.
  Result<v1::SuspendTargetResponse> SuspendTarget(const v1::SuspendTargetRequest& request,
                                                  const CallOptions& call = {}) const;

  // Lets a target back in at once and forgets its failures. NOT_FOUND: no such target.
  Result<v1::ResumeTargetResponse> ResumeTarget(const v1::ResumeTargetRequest& request,
                                                const CallOptions& call = {}) const;

  // Has the server read its configuration file again, and waits until what it says is in force.
  // INVALID_ARGUMENT: it has errors; nothing changed.
  Result<v1::ReloadConfigResponse> ReloadConfig(const CallOptions& call = {}) const;

  // The configuration in force, as its file says it: defaults are left out, secrets are references.
  Result<v1::GetConfigResponse> GetConfig(const CallOptions& call = {}) const;

 private:
  ClientOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_ADMIN_CLIENT_H_
