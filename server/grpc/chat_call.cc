#include "server/grpc/chat_call.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "server/access_log.h"
#include "server/caller_refusals.h"
#include "server/grpc/call_metadata.h"
#include "server/request_check.h"
#include "server/trace.h"

namespace spillway::server {

void ChatCall::OnRequest(bool ok) {
  if (!ok) {
    context_.OnStopping();
    return done_tag_.Disarm();
  }
  pass_ = context_.gate.Enter();
  if (!pass_) return;  // The server has stopped, and gRPC has ended the call already.
  ListenForNext();
  input_.request = &request_;
  PrepareAnswer();
  input_.received = std::chrono::steady_clock::now();
  input_.deadline = DeadlineOf(grpc_, input_.received);
  request_id_ = RequestIdOf(grpc_);
  boost::asio::post(context_.io, [self = shared_from_this()] { self->Begin(); });
}

void ChatCall::OnDone(bool) {
  if (grpc_.IsCancelled()) PostCancel();
}

void ChatCall::PostCancel() {
  boost::asio::post(context_.io, [self = shared_from_this()] {
    if (const auto call = std::exchange(self->call_, nullptr)) call->Cancel(std::chrono::steady_clock::now());
  });
}

void ChatCall::Begin() {
  Admission admission = context_.runner.runtime()->callers().Admit(AuthorizationOf(grpc_));
  if (admission.identity == nullptr) return Refuse(Unauthenticated(admission.fault));
  caller_ = std::move(admission.identity);
  input_.caller = caller_->name;
  input_.environment = caller_->environment;
  const std::vector<FieldViolation> violations = CheckRequest(request_);
  if (!violations.empty()) return Refuse(StatusOf(violations));
  if (!caller_->MayAskFor(request_.model())) return Refuse(ModelNotAllowed(request_.model(), *caller_));
  call_ = context_.runner.Run(
      input_, [self = shared_from_this()](CallResult result) { self->OnResult(std::move(result)); });
}

void ChatCall::Refuse(const CallStatus& status) {
  std::optional<router::Environment> environment;
  if (caller_ != nullptr) environment = input_.environment;
  context_.metrics.CountUnrouted(environment, status.code);
  CallResult result;
  result.end = std::chrono::steady_clock::now();
  ReplyAndLog(result, status, {});
}

void ChatCall::OnResult(CallResult result) {
  call_.reset();
  if (!result.report) return ReplyAndLog(result, UnknownModel(request_.model(), input_.environment), {});
  v1::RouteTrace trace;
  FillTrace(*result.report, request_.model(), WallClock::Now(), trace);
  for (const DroppedFields& dropped : result.dropped) {
    v1::Attempt& attempt = *trace.mutable_attempts(static_cast<int>(dropped.attempt));
    for (const std::string_view name : dropped.names) attempt.add_dropped_fields(std::string(name));
  }
  const CallStatus status = StatusOf(*result.report, trace);
  ReplyAndLog(result, status, std::move(trace));
}

void ChatCall::ReplyAndLog(CallResult& result, const CallStatus& status, v1::RouteTrace trace) {
  // While the call is surely there.
  const std::string peer = caller_ == nullptr ? grpc_.peer() : "";
  Reply(result, status, std::move(trace));
  // After the reply is on its way: the log is nothing to wait for.
  LogCall({method_, request_id_, request_.model(), &input_, &result, status.code, status.message, result.end,
           peer});
}

}  // namespace spillway::server
