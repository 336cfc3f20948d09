#include "client/client.h"

#include <utility>

#include "client/call.h"
#include "client/channel.h"

namespace spillway::client {

absl::StatusOr<Client> Client::Connect(ClientOptions options) {
  auto channel = OpenChannel(options);
  if (!channel.ok()) return channel.status();
  return Client(*std::move(channel), std::move(options));
}

Client::Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options)
    : options_(std::move(options)),
      channel_(std::move(channel)),
      stub_(v1::RouterService::NewStub(channel_)) {}

Result<v1::ChatResponse> Client::Chat(const v1::ChatRequest& request, const CallOptions& call) const {
  auto result = RunCall<v1::ChatResponse>(*channel_, options_, call,
                                          [&](grpc::ClientContext& context, v1::ChatResponse* response) {
                                            return stub_->Chat(&context, request, response);
                                          });
  // The contract promises at least one choice: without one there is no answer to call whole.
  if (result.ok() && result.response.choices().empty()) {
    result.status = grpc::Status(grpc::StatusCode::INTERNAL, "the server's answer has no choices");
    result.details.route = std::move(*result.response.mutable_route());
    result.response.Clear();
  }
  return result;
}

ChatStream Client::StreamChat(const v1::ChatRequest& request, const CallOptions& call) const {
  return ChatStream(channel_, *stub_, request, options_, call);
}

Result<v1::RouteResponse> Client::Route(const v1::RouteRequest& request, const CallOptions& call) const {
  return RunCall<v1::RouteResponse>(*channel_, options_, call,
                                    [&](grpc::ClientContext& context, v1::RouteResponse* response) {
                                      return stub_->Route(&context, request, response);
                                    });
}

const v1::RouteTrace& TraceOf(const Result<v1::ChatResponse>& result) {
  if (!result.ok() && result.details.route) return *result.details.route;
  return result.response.route();
}

}  // namespace spillway::client
