// One blocking call, from options to Result: what Client and AdminClient share.
//
// Thread-safe: the only state is the call's own context.
#ifndef SPILLWAY_CLIENT_CALL_H_
#define SPILLWAY_CLIENT_CALL_H_

#include "client/options.h"
#include "client/result.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace spillway::client {

// Puts deadline and metadata into `context`. INVALID_ARGUMENT names an option that cannot be
// sent, without its value: it may be a key.
grpc::Status PrepareContext(const ClientOptions& options, const CallOptions& call,
                            grpc::ClientContext& context);

// What `context` and `channel` tell about a call that ended with `status`.
Outcome ReadOutcome(grpc::Channel& channel, const grpc::ClientContext& context, grpc::Status status);

// Runs `invoke(context, &response)`, a stub's blocking method with its request bound.
template <typename Response, typename Invoke>
Result<Response> RunCall(grpc::Channel& channel, const ClientOptions& options, const CallOptions& call,
                         const Invoke& invoke) {
  Result<Response> result;
  grpc::ClientContext context;
  if (grpc::Status ready = PrepareContext(options, call, context); !ready.ok()) {
    result.status = ready;
    return result;
  }
  grpc::Status status = invoke(context, &result.response);
  static_cast<Outcome&>(result) = ReadOutcome(channel, context, std::move(status));
  if (!result.ok()) result.response.Clear();
  return result;
}

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_CALL_H_
