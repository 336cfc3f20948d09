// Calls a Spillway server: chat completions that spill to the next provider when one fails.
//
//   auto client = Client::Connect({.address = "127.0.0.1:50051", .key = key});
//   auto result = client->Chat(request);
//   if (result.ok()) Use(result.response); else Tell(result.status, result.details);
//
// Thread-safe: any number of threads may call at once; each call blocks its own. One client
// holds one connection and serves a whole process. Movable; must outlive its calls.
// A call ends at its deadline at the latest (CallOptions, else ClientOptions).
#ifndef SPILLWAY_CLIENT_CLIENT_H_
#define SPILLWAY_CLIENT_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/chat_stream.h"
#include "client/options.h"
#include "client/result.h"
#include "grpcpp/channel.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/router.grpc.pb.h"
#include "spillway/v1/router.pb.h"

namespace spillway::client {

class Client {
 public:
  // Reads the TLS files; connects at the first call. INVALID_ARGUMENT names the option at fault.
  static absl::StatusOr<Client> Connect(ClientOptions options);

  // Over a channel of the caller's own; of `options`, address and tls are then not used.
  Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options);

  // The whole completion. `response.route` tells who served and every attempt before; a failed
  // call has the same in `details.route`. Statuses: see RouterService in router.proto.
  Result<v1::ChatResponse> Chat(const v1::ChatRequest& request, const CallOptions& call = {}) const;

  // The completion piece by piece, as it comes. Never fails itself: the stream's Finish says how it went.
  ChatStream StreamChat(const v1::ChatRequest& request, const CallOptions& call = {}) const;

  // What Chat would do this instant and why; calls no provider and changes nothing.
  Result<v1::RouteResponse> Route(const v1::RouteRequest& request, const CallOptions& call = {}) const;

 private:
  ClientOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::RouterService::Stub> stub_;
};

// What happened to a call, whether it succeeded or failed.
const v1::RouteTrace& TraceOf(const Result<v1::ChatResponse>& result);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_CLIENT_H_
