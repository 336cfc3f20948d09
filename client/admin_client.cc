#include "client/admin_client.h"

#include <utility>

#include "client/call.h"
#include "client/channel.h"

namespace spillway::client {

absl::StatusOr<AdminClient> AdminClient::Connect(ClientOptions options) {
  auto channel = OpenChannel(options);
  if (!channel.ok()) return channel.status();
  return AdminClient(*std::move(channel), std::move(options));
}

AdminClient::AdminClient(std::shared_ptr<grpc::Channel> channel, ClientOptions options)
    : options_(std::move(options)),
      channel_(std::move(channel)),
      stub_(v1::AdminService::NewStub(channel_)) {}

Result<v1::ListTargetsResponse> AdminClient::ListTargets(const CallOptions& call) const {
  return RunCall<v1::ListTargetsResponse>(
      *channel_, options_, call, [&](grpc::ClientContext& context, v1::ListTargetsResponse* response) {
        return stub_->ListTargets(&context, v1::ListTargetsRequest(), response);
      });
}

TargetsWatch AdminClient::WatchTargets(const v1::WatchTargetsRequest& request,
                                       const CallOptions& call) const {
  return TargetsWatch(channel_, *stub_, request, options_, call);
}

Result<v1::SuspendTargetResponse> AdminClient::SuspendTarget(const v1::SuspendTargetRequest& request,
                                                             const CallOptions& call) const {
  return RunCall<v1::SuspendTargetResponse>(
      *channel_, options_, call, [&](grpc::ClientContext& context, v1::SuspendTargetResponse* response) {
        return stub_->SuspendTarget(&context, request, response);
      });
}

Result<v1::ResumeTargetResponse> AdminClient::ResumeTarget(const v1::ResumeTargetRequest& request,
                                                           const CallOptions& call) const {
  return RunCall<v1::ResumeTargetResponse>(
      *channel_, options_, call, [&](grpc::ClientContext& context, v1::ResumeTargetResponse* response) {
        return stub_->ResumeTarget(&context, request, response);
      });
}

Result<v1::ReloadConfigResponse> AdminClient::ReloadConfig(const CallOptions& call) const {
  return RunCall<v1::ReloadConfigResponse>(
      *channel_, options_, call, [&](grpc::ClientContext& context, v1::ReloadConfigResponse* response) {
        return stub_->ReloadConfig(&context, v1::ReloadConfigRequest(), response);
      });
}

Result<v1::GetConfigResponse> AdminClient::GetConfig(const CallOptions& call) const {
  return RunCall<v1::GetConfigResponse>(*channel_, options_, call,
                                        [&](grpc::ClientContext& context, v1::GetConfigResponse* response) {
                                          return stub_->GetConfig(&context, v1::GetConfigRequest(), response);
                                        });
}

}  // namespace spillway::client
