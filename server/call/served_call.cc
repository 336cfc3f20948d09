#include "server/call/served_call.h"

#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "server/access_log.h"
#include "server/call/limit_refusals.h"
#include "server/caller_refusals.h"
#include "server/request_check.h"
#include "server/trace.h"

namespace spillway::server {

void ServedCall::Begin(const Authorization& authorization) {
  runner_.CountCall();
  answer_memory_.emplace();
  const Runtime& runtime = *runner_.runtime();
  Admission admission = runtime.callers().Admit(authorization, [this] { return NamesOfPeer(); });
  if (admission.identity == nullptr) return Refuse(Unauthenticated(admission.fault));
  caller_ = std::move(admission.identity);
  input_.caller = caller_->name;
  input_.environment = caller_->environment;
  input_.request = &request_;
  auto admitted = runner_.limits().Admit(caller_->index);
  if (const auto* bound = std::get_if<CallLimits::Bound>(&admitted)) return RefuseFor(*bound);
  slot_ = std::get<CallLimits::Slot>(std::move(admitted));
  if (const std::optional<CallStatus> refused = ReadRequest()) return Refuse(*refused);
  const std::vector<FieldViolation> violations = CheckRequest(request_, runtime.limits().messages);
  if (!violations.empty()) return Refuse(StatusOf(violations));
  if (!caller_->MayAskFor(request_.model())) return Refuse(ModelNotAllowed(request_.model(), *caller_));
  call_ = runner_.Run(input_,
                      [self = shared_from_this()](CallResult result) { self->OnResult(std::move(result)); });
}

void ServedCall::Cancel() {
  if (const auto call = std::exchange(call_, nullptr)) call->Cancel(std::chrono::steady_clock::now());
}

void ServedCall::RefuseFor(CallLimits::Bound bound) {
  metrics_.CountRefused(bound);
  Refuse(TooManyCalls(bound, caller_->name));
}

void ServedCall::Refuse(const CallStatus& status) {
  std::optional<router::Environment> environment;
  if (caller_ != nullptr) environment = input_.environment;
  metrics_.CountUnrouted(environment, status.code);
  input_.request = &request_;
  CallResult result;
  result.end = std::chrono::steady_clock::now();
  ReplyAndLog(std::move(result), status, answer_memory_->New<v1::RouteTrace>());
}

void ServedCall::OnResult(CallResult result) {
  call_.reset();
  auto& trace = answer_memory_->New<v1::RouteTrace>();
  if (!result.report) {
    return ReplyAndLog(std::move(result), UnknownModel(request_.model(), input_.environment), trace);
  }
  const router::CallReport& report = *result.report;
  if (wanted_trace_ == Trace::kAlways || report.verdict != router::Verdict::kServed) {
    FillTrace(report, request_.model(), WallClock::Now(), trace);
    for (const DroppedFields& dropped : result.dropped) {
      v1::Attempt& attempt = *trace.mutable_attempts(static_cast<int>(dropped.attempt));
      for (const std::string_view name : dropped.names) attempt.add_dropped_fields(std::string(name));
    }
  }
  CallStatus status = StatusOf(report, trace);
  ReplyAndLog(std::move(result), std::move(status), trace);
}

void ServedCall::ReplyAndLog(CallResult result, CallStatus status, v1::RouteTrace& trace) {
  result_ = std::move(result);
  call_status_ = std::move(status);
  // While the call is surely there.
  if (caller_ == nullptr) peer_ = Peer();
  // Before the caller hears of the end and asks again.
  slot_ = {};
  Reply(result_, call_status_, trace);
  runner_.turn_end().PutOffLog([self = shared_from_this()] { self->Log(); });
}

void ServedCall::Log() {
  LogCall({method_, request_id_, request_.model(), &input_, &result_, call_status_.code, call_status_.message,
           result_.end, peer_});
}

}  // namespace spillway::server
