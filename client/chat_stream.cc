#include "client/chat_stream.h"

#include <utility>

#include "client/call.h"

namespace spillway::client {

ChatStream::ChatStream(std::shared_ptr<grpc::Channel> channel, v1::RouterService::Stub& stub,
                       const v1::ChatRequest& request, const ClientOptions& options, const CallOptions& call)
    : channel_(std::move(channel)), context_(std::make_unique<grpc::ClientContext>()) {
  outcome_.status = PrepareContext(options, call, *context_);
  if (outcome_.ok()) {
    reader_ = stub.StreamChat(context_.get(), request);
  } else {
    finished_ = true;
  }
}

ChatStream::~ChatStream() {
  // gRPC wants each call's end to be asked for.
  if (reader_ != nullptr) Finish();
}

bool ChatStream::Next(v1::ChatEvent& event) {
  if (reader_ == nullptr || at_end_) return false;
  at_end_ = !reader_->Read(&event);
  if (!at_end_ && event.has_finish()) any_finish_ = true;
  return !at_end_;
}

void ChatStream::Cancel() {
  if (context_ != nullptr) context_->TryCancel();
}

Outcome ChatStream::Finish() {
  if (std::exchange(finished_, true) || reader_ == nullptr) return outcome_;
  // Unread events would keep the status waiting behind them.
  if (!at_end_) Cancel();
  at_end_ = true;
  outcome_ = ReadOutcome(*channel_, *context_, reader_->Finish());
  if (outcome_.ok() && !any_finish_) {
    outcome_.status =
        grpc::Status(grpc::StatusCode::INTERNAL, "the server's stream ended before any of its choices");
  }
  return outcome_;
}

}  // namespace spillway::client
