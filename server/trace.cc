#include "server/trace.h"

namespace spillway::server {
namespace {

v1::TargetState StateOf(router::TargetState state) {
  switch (state) {
    case router::TargetState::kAvailable:
      return v1::TARGET_STATE_AVAILABLE;
    case router::TargetState::kSuspended:
      return v1::TARGET_STATE_SUSPENDED;
    case router::TargetState::kProbing:
      return v1::TARGET_STATE_PROBING;
  }
  return v1::TARGET_STATE_UNSPECIFIED;
}

bool HasEnd(const router::HealthView& view) {
  return view.state == router::TargetState::kSuspended && view.until != router::kNever;
}

void FillAttempt(const router::AttemptRecord& record, v1::Attempt& attempt) {
  *attempt.mutable_latency() = ToProto(record.end - record.start);
  attempt.set_probe(record.role == router::Ticket::Role::kProbe);
  attempt.set_http_status(record.http_status);
  attempt.set_provider_request_id(record.provider_request_id);
  if (record.first_token)
    *attempt.mutable_first_token_latency() = ToProto(*record.first_token - record.start);
  if (!record.failed) return;
  attempt.set_failure(ToProto(record.failed->failure));
  attempt.set_message(record.failed->message);
  attempt.set_provider_code(record.failed->provider_code);
  if (record.failed->retry_after) *attempt.mutable_retry_after() = ToProto(*record.failed->retry_after);
}

}  // namespace

void FillTarget(const router::TargetName& name, const std::string& requested_model, v1::TargetRef& target) {
  target.set_provider(name.provider);
  target.set_endpoint(name.endpoint);
  target.set_model(name.model.empty() ? requested_model : name.model);
}

v1::Failure ToProto(router::Failure failure) { return static_cast<v1::Failure>(failure); }

void FillTrace(const router::CallReport& report, const std::string& requested_model, const WallClock& clock,
               v1::RouteTrace& trace) {
  trace.set_policy(report.route->name);
  for (const router::AttemptRecord& record : report.attempts) {
    v1::Attempt& attempt = *trace.add_attempts();
    FillTarget(report.table->leaf(record.leaf).name, requested_model, *attempt.mutable_target());
    FillAttempt(record, attempt);
  }
  for (const router::SkippedLeaf& record : report.skipped) {
    v1::SkippedTarget& skipped = *trace.add_skipped();
    FillTarget(report.table->leaf(record.leaf).name, requested_model, *skipped.mutable_target());
    skipped.set_reason(std::string(router::NameOf(record.reason)));
    skipped.set_detail(record.detail);
    if (record.view.failure) skipped.set_failure(ToProto(*record.view.failure));
    if (HasEnd(record.view)) *skipped.mutable_suspended_until() = clock.TimeOfDay(record.view.until);
  }
  if (report.verdict == router::Verdict::kServed) {
    *trace.mutable_served_by() = trace.attempts(trace.attempts_size() - 1).target();
  }
}

void FillRouteResponse(const router::Explanation& explanation, const std::string& requested_model,
                       const WallClock& clock, v1::RouteResponse& response) {
  response.set_policy(explanation.route->name);
  for (const router::Candidate& candidate : explanation.candidates) {
    v1::Candidate& proto = *response.add_candidates();
    FillTarget(explanation.table->leaf(candidate.leaf).name, requested_model, *proto.mutable_target());
    proto.set_state(StateOf(candidate.view.state));
    proto.set_reason(std::string(candidate.reason));
    proto.set_would_try(candidate.would_try);
    if (candidate.view.failure) proto.set_failure(ToProto(*candidate.view.failure));
    proto.set_in_flight(static_cast<std::int32_t>(candidate.view.in_flight));
    proto.set_with_endpoint(candidate.view.with_endpoint);
    if (HasEnd(candidate.view)) *proto.mutable_suspended_until() = clock.TimeOfDay(candidate.view.until);
  }
}

v1::TargetStatus StatusOf(const router::TargetStatus& target, const WallClock& clock) {
  v1::TargetStatus status;
  FillTarget(target.name, "", *status.mutable_target());
  status.set_state(StateOf(target.view.state));
  if (target.view.failure) status.set_failure(ToProto(*target.view.failure));
  if (HasEnd(target.view)) *status.mutable_suspended_until() = clock.TimeOfDay(target.view.until);
  status.set_by_hand(target.view.by_hand);
  status.set_fails(static_cast<std::int32_t>(target.view.fails));
  status.set_in_flight(static_cast<std::int32_t>(target.view.in_flight));
  status.set_with_endpoint(target.view.with_endpoint);
  status.set_suspensions_in_a_row(static_cast<std::int32_t>(target.view.suspensions_in_a_row));
  return status;
}

}  // namespace spillway::server
