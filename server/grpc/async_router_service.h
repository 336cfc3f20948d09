// RouterService as the completion queue serves it: the requests of Chat and StreamChat are handed over as
// they came, for us to read within bounds.
//
// Generated code would want their answers as bytes, too, which costs a copy of each: gRPC serialises whatever
// the writer is given.
#ifndef SPILLWAY_SERVER_GRPC_ASYNC_ROUTER_SERVICE_H_
#define SPILLWAY_SERVER_GRPC_ASYNC_ROUTER_SERVICE_H_

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include "spillway/v1/router.grpc.pb.h"

namespace spillway::server {

using RouterServiceInBytes =
    v1::RouterService::WithRawMethod_Chat<v1::RouterService::WithRawMethod_StreamChat<
        v1::RouterService::WithAsyncMethod_Route<v1::RouterService::Service>>>;

class AsyncRouterService final : public RouterServiceInBytes {
 public:
  void TakeChat(grpc::ServerContext& call, grpc::ByteBuffer& request,
                grpc::ServerAsyncResponseWriter<v1::ChatResponse>& writer, grpc::ServerCompletionQueue& queue,
                void* tag) {
    RequestAsyncUnary(kChat, &call, &request, &writer, &queue, &queue, tag);
  }

  void TakeStreamChat(grpc::ServerContext& call, grpc::ByteBuffer& request,
                      grpc::ServerAsyncWriter<v1::ChatEvent>& writer, grpc::ServerCompletionQueue& queue,
                      void* tag) {
    RequestAsyncServerStreaming(kStreamChat, &call, &request, &writer, &queue, &queue, tag);
  }

 private:
  // Places in the service's definition.
  static constexpr int kChat = 0;
  static constexpr int kStreamChat = 1;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_ASYNC_ROUTER_SERVICE_H_
