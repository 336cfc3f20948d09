#include "server/grpc/stream_chat_handler.h"

#include <grpcpp/support/async_stream.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "server/grpc/call_metadata.h"
#include "server/grpc/chat_call.h"
#include "server/grpc/event_writer.h"

namespace spillway::server {
namespace {

// The events that end a whole answer: its usage, if the caller wants it, and a finish for each choice.
std::vector<v1::ChatEvent> EndingOf(CallResult& result, bool include_usage, v1::RouteTrace& trace) {
  std::vector<v1::ChatEvent> events;
  if (include_usage && result.usage) *events.emplace_back().mutable_usage() = *result.usage;
  for (v1::Finish& finish : result.finishes) *events.emplace_back().mutable_finish() = std::move(finish);
  if (!result.finishes.empty()) *events.back().mutable_finish()->mutable_route() = std::move(trace);
  return events;
}

class StreamChatHandler final : public ChatCall, private AnswerSink, private EventWriter::Wire {
 public:
  explicit StreamChatHandler(FrontContext& context) : ChatCall(context, "StreamChat"), writer_(&grpc_) {
    input_.sink = this;
  }

  void Listen() {
    grpc_.AsyncNotifyWhenDone(done_tag_.Arm(SharedSelf()));
    context_.service.TakeStreamChat(grpc_, request_bytes_, writer_, *context_.queue,
                                    request_tag_.Arm(SharedSelf()));
  }

 private:
  void ListenForNext() override { ListenForStreamChat(context_); }

  void OnServing(const ServingAnswer& answer) override {
    AddServingMetadata(input_, answer, request_id_, grpc_);
    head_given_ = true;
  }

  bool OnEvents(std::vector<v1::ChatEvent>& events) override { return events_.Push(events); }

  void Reply(CallResult& result, const CallStatus& status, v1::RouteTrace& trace) override {
    if (head_given_) {
      AddFinalMetadata(input_, result, request_id_, grpc_);
    } else {
      AddMetadata(input_, result, request_id_, grpc_);
    }
    status_ = ToGrpc(status);
    if (status_.ok()) {
      std::vector<v1::ChatEvent> ending = EndingOf(result, request_.stream_options().include_usage(), trace);
      events_.Push(ending);
    }
    events_.End();
  }

  // EventWriter::Wire: on either thread, one after the other.
  void Write(const v1::ChatEvent& event) override { writer_.Write(event, write_tag_.Arm(Self())); }
  void WriteLast(const v1::ChatEvent& event) override {
    writer_.WriteAndFinish(event, {}, status_, finish_tag_.Arm(SharedSelf()));
  }
  void Finish() override { writer_.Finish(status_, finish_tag_.Arm(SharedSelf())); }
  void ReadOn() override {
    boost::asio::post(context_.io, [self = Self()] {
      if (self->call_ != nullptr) self->call_->ReadOn(std::chrono::steady_clock::now());
    });
  }

  // Queue thread.
  void OnWritten(bool ok) {
    if (!ok) PostCancel();
    events_.OnWritten(ok);
  }

  std::shared_ptr<StreamChatHandler> Self() {
    return std::static_pointer_cast<StreamChatHandler>(shared_from_this());
  }

  grpc::ServerAsyncWriter<v1::ChatEvent> writer_;
  // The initial metadata are known: they go with the first event. I/O thread.
  bool head_given_ = false;
  // Set before the writer is told of the end.
  grpc::Status status_;
  CallTag<StreamChatHandler> write_tag_{&StreamChatHandler::OnWritten};
  EventWriter events_{*this};
};

}  // namespace

void ListenForStreamChat(FrontContext& context) { std::make_shared<StreamChatHandler>(context)->Listen(); }

}  // namespace spillway::server
