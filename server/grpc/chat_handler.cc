#include "server/grpc/chat_handler.h"

#include <grpcpp/support/async_unary_call.h>

#include <memory>
#include <optional>
#include <utility>

#include "server/grpc/call_metadata.h"
#include "server/grpc/chat_call.h"

namespace spillway::server {
namespace {

class ChatHandler final : public ChatCall {
 public:
  explicit ChatHandler(FrontContext& context) : ChatCall(context, "Chat"), responder_(&grpc_) {}

  void Listen() {
    grpc_.AsyncNotifyWhenDone(done_tag_.Arm(SharedSelf()));
    context_.service.TakeChat(grpc_, request_bytes_, responder_, *context_.queue,
                              request_tag_.Arm(SharedSelf()));
  }

 private:
  void ListenForNext() override { ListenForChat(context_); }
  std::optional<CallStatus> ReadRequest() override {
    if (std::optional<CallStatus> refused = ChatCall::ReadRequest()) return refused;
    input_.response = &answer_memory_->New<v1::ChatResponse>();
    return std::nullopt;
  }

  void Reply(CallResult& result, const CallStatus& status, v1::RouteTrace& trace) override {
    AddMetadata(input_, result, request_id_, grpc_);
    status_ = ToGrpc(status);
    if (status_.ok()) *input_.response->mutable_route() = std::move(trace);
    auto self = std::static_pointer_cast<ChatHandler>(shared_from_this());
    context_.runner.turn_end().PutOffReply([self = std::move(self)] { self->Send(); });
  }

  void Send() {
    void* const tag = finish_tag_.Arm(SharedSelf());
    if (!status_.ok()) return responder_.FinishWithError(status_, tag);
    responder_.Finish(*input_.response, status_, tag);
  }

  // Of the reply.
  grpc::Status status_;
  grpc::ServerAsyncResponseWriter<v1::ChatResponse> responder_;
};

}  // namespace

void ListenForChat(FrontContext& context) { std::make_shared<ChatHandler>(context)->Listen(); }

}  // namespace spillway::server
