#include "server/grpc/chat_handler.h"

#include <grpcpp/support/async_unary_call.h>

#include <memory>
#include <utility>

#include "server/grpc/call_metadata.h"
#include "server/grpc/chat_call.h"

namespace spillway::server {
namespace {

class ChatHandler final : public ChatCall {
 public:
  explicit ChatHandler(FrontContext& context) : ChatCall(context, "Chat"), responder_(&grpc_) {}

  void Listen() {
    grpc_.AsyncNotifyWhenDone(done_tag_.Arm(shared_from_this()));
    context_.service.RequestChat(&grpc_, &request_, &responder_, context_.queue.get(), context_.queue.get(),
                                 request_tag_.Arm(shared_from_this()));
  }

 private:
  void ListenForNext() override { ListenForChat(context_); }
  void PrepareAnswer() override { input_.response = &response_; }

  void Reply(CallResult& result, const CallStatus& status, v1::RouteTrace trace) override {
    AddMetadata(input_, result, request_id_, grpc_);
    const grpc::Status grpc_status = ToGrpc(status);
    void* const tag = finish_tag_.Arm(shared_from_this());
    if (!grpc_status.ok()) return responder_.FinishWithError(grpc_status, tag);
    *response_.mutable_route() = std::move(trace);
    responder_.Finish(response_, grpc_status, tag);
  }

  v1::ChatResponse response_;
  grpc::ServerAsyncResponseWriter<v1::ChatResponse> responder_;
};

}  // namespace

void ListenForChat(FrontContext& context) { std::make_shared<ChatHandler>(context)->Listen(); }

}  // namespace spillway::server
