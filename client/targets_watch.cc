#include "client/targets_watch.h"

#include <chrono>
#include <utility>

#include "client/call.h"

namespace spillway::client {

TargetsWatch::TargetsWatch(std::shared_ptr<grpc::Channel> channel, v1::AdminService::Stub& stub,
                           const v1::WatchTargetsRequest& request, const ClientOptions& options,
                           CallOptions call)
    : channel_(std::move(channel)), context_(std::make_unique<grpc::ClientContext>()) {
  if (!call.timeout) call.timeout = std::chrono::milliseconds::max();
  outcome_.status = PrepareContext(options, call, *context_);
  if (outcome_.ok()) {
    reader_ = stub.WatchTargets(context_.get(), request);
  } else {
    finished_ = true;
  }
}

TargetsWatch::~TargetsWatch() {
  // gRPC wants each call's end to be asked for.
  if (reader_ != nullptr) Finish();
}

bool TargetsWatch::Next(v1::WatchTargetsResponse& targets) {
  if (reader_ == nullptr || at_end_) return false;
  at_end_ = !reader_->Read(&targets);
  return !at_end_;
}

void TargetsWatch::Cancel() {
  if (context_ != nullptr) context_->TryCancel();
}

Outcome TargetsWatch::Finish() {
  if (std::exchange(finished_, true) || reader_ == nullptr) return outcome_;
  // What is unread would keep the status waiting behind it.
  if (!at_end_) Cancel();
  at_end_ = true;
  outcome_ = ReadOutcome(*channel_, *context_, reader_->Finish());
  if (outcome_.ok())
    outcome_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server ended the watch");
  return outcome_;
}

}  // namespace spillway::client
