// The beginning of an attempt and of its answer: how long each may take, and how long a probe is waited for.
#include <algorithm>

#include "router/plan.h"

namespace spillway::router {
namespace {

// Beyond its attempt's bound a probe gets this long to report before it is taken for lost.
constexpr Duration kProbeGrace = std::chrono::seconds(1);

// For so long after its first token a probe's stream keeps other calls away. It is far longer than answers
// take (at a slow 30 tokens a second it is 18,000 tokens), since a target whose every probe were taken for
// lost would never be back; and short enough that a caller who reads one line a minute does not keep a target
// from everybody else for good.
constexpr Duration kLongestProbe = std::chrono::minutes(10);

}  // namespace

Try Plan::TryOf(LeafId leaf, Instant start) const {
  Try attempt;
  attempt.leaf = leaf;
  attempt.deadline = deadline_;
  attempt.on_timeout = Failure::kDeadline;
  if (form_ == AnswerForm::kWhole) {
    const Duration timeout = LeafOf(leaf).settings.request_timeout.value_or(settings().request_timeout);
    const Instant own_deadline = SaturatingAdd(start, timeout);
    if (own_deadline < deadline_) {
      attempt.deadline = own_deadline;
      attempt.on_timeout = Failure::kTimeout;
    }
    if (!settings().stream_unary) return attempt;
  }
  attempt.streamed = true;
  attempt.first_token_timeout = settings().first_token_timeout;
  attempt.stream_idle_timeout = settings().stream_idle_timeout;
  return attempt;
}

Step Plan::Attempt(LeafId leaf, bool last_resort, Instant now, PlanContext& context) {
  TargetHealth& health = HealthOf(leaf, context);
  const Try attempt = TryOf(leaf, now);
  if (last_resort) {
    ticket_ = health.EnterAsLastResort();
  } else {
    Instant heard_of_by = attempt.deadline;
    if (attempt.streamed)
      heard_of_by = std::min(heard_of_by, SaturatingAdd(now, attempt.first_token_timeout));
    ticket_ = health.Enter(now, SaturatingAdd(heard_of_by, kProbeGrace));
    Note(ticket_.role == Ticket::Role::kProbe, leaf, now, context);
  }
  if (Insert(tried_, leaf)) ++tried_count_;
  if (settings().retry_budget && !report_.attempts.empty()) {
    context.memory.budgets[report_.route->budget].Pay();
  }
  attempt_under_way_ = true;
  AttemptRecord& record = report_.attempts.emplace_back();
  record.leaf = leaf;
  record.role = ticket_.role;
  record.start = now;
  return attempt;
}

Step Plan::OnFirstToken(Instant now, PlanContext& context) {
  AttemptRecord& record = report_.attempts.back();
  record.first_token = now;
  const Instant over_by =
      std::min(TryOf(record.leaf, record.start).deadline, SaturatingAdd(now, kLongestProbe));
  HealthOf(record.leaf, context).ExtendLease(ticket_, SaturatingAdd(over_by, kProbeGrace));
  return GoOn{};
}

}  // namespace spillway::router
