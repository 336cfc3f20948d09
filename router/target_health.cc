#include "router/target_health.h"

#include <algorithm>

namespace spillway::router {
namespace {

// A hint beyond these is more likely a provider's mistake than a plan.
constexpr Duration kMaxHint = std::chrono::minutes(5);
constexpr Duration kMaxQuotaHint = std::chrono::hours(24);

}  // namespace

Duration SuspensionLength(const FailedAttempt& attempt, const HealthRules& rules, std::uint32_t nth) {
  const Duration base = rules.suspend_duration.value_or(Duration::zero());
  const Duration cap = std::max(base, rules.max_suspend_duration);
  const bool quota = attempt.failure == Failure::kQuotaExhausted;
  // "Else long": nobody tops up an account within seconds.
  Duration length = quota ? cap : base;
  for (std::uint32_t i = 0; i < nth && length < cap; ++i) length = length > cap / 2 ? cap : length * 2;
  if (!attempt.retry_after) return length;
  const Duration hint = std::min(*attempt.retry_after, quota ? kMaxQuotaHint : kMaxHint);
  // An exhausted quota ends when the provider says so, not later.
  return quota ? std::max(hint, base) : std::max(hint, length);
}

TargetHealth::Admission TargetHealth::Look(Instant now) const {
  switch (state_) {
    case TargetState::kAvailable:
      return Admission::kOpen;
    case TargetState::kSuspended:
      return now >= until_ ? Admission::kProbeDue : Admission::kSuspended;
    case TargetState::kProbing:
      return now >= until_ ? Admission::kProbeDue : Admission::kProbing;
  }
  return Admission::kOpen;
}

Ticket TargetHealth::EnterAsLastResort() {
  ++in_flight_;
  return {epoch_, Ticket::Role::kLastResort};
}

Ticket TargetHealth::Enter(Instant now, Instant lease_end) {
  ++in_flight_;
  if (Look(now) == Admission::kOpen) return {epoch_, Ticket::Role::kOrdinary};
  Become(TargetState::kProbing);
  until_ = lease_end;
  return {epoch_, Ticket::Role::kProbe};
}

void TargetHealth::ExtendLease(const Ticket& ticket, Instant lease_end) {
  if (ticket.epoch == epoch_ && ticket.role == Ticket::Role::kProbe) until_ = lease_end;
}

bool TargetHealth::OnSuccess(const Ticket& ticket, const HealthRules& rules) {
  if (ticket.epoch != epoch_) return false;
  if (state_ == TargetState::kAvailable) {
    if (rules.count_mode == CountMode::kConsecutive) streak_ = 0;
    return false;
  }
  Resume();
  return true;
}

bool TargetHealth::OnFailure(const Ticket& ticket, const FailedAttempt& attempt, const HealthRules& rules,
                             Instant now) {
  if (ticket.epoch != epoch_) return false;
  const HealthEffect effect = TraitsOf(attempt.failure).health;
  if (effect == HealthEffect::kIgnored) return OnIgnored(ticket, now);
  if (ticket.role == Ticket::Role::kProbe) {
    // The target was suspended under rules that remember; a caller's policy without memory
    // must not end that.
    const HealthRules& remembering = rules.suspend_duration ? rules : suspended_by_;
    if (remembering.suspend_duration) {
      SuspendFor(attempt, remembering, now);
    } else {
      // An operator's suspension has run out, and there is no memory to begin another.
      Resume();
    }
    return true;
  }
  if (ticket.role == Ticket::Role::kLastResort || !rules.suspend_duration) return false;
  if (CountFailure(rules, now) < rules.max_fails && effect != HealthEffect::kSuspendsAtOnce) return false;
  SuspendFor(attempt, rules, now);
  return true;
}

bool TargetHealth::OnIgnored(const Ticket& ticket, Instant now) {
  if (ticket.epoch != epoch_ || ticket.role != Ticket::Role::kProbe) return false;
  Become(TargetState::kSuspended);
  until_ = now;
  return true;
}

std::uint32_t TargetHealth::CountFailure(const HealthRules& rules, Instant now) {
  if (rules.count_mode == CountMode::kConsecutive) return ++streak_;
  const auto outside = [&](Instant until) { return now >= until; };
  counts_until_.erase(std::remove_if(counts_until_.begin(), counts_until_.end(), outside),
                      counts_until_.end());
  counts_until_.push_back(SaturatingAdd(now, rules.fail_timeout));
  if (counts_until_.size() > rules.max_fails) counts_until_.erase(counts_until_.begin());
  return static_cast<std::uint32_t>(counts_until_.size());
}

std::uint32_t TargetHealth::fails(Instant now) const {
  const auto counts = [&](Instant until) { return now < until; };
  const auto in_window = std::count_if(counts_until_.begin(), counts_until_.end(), counts);
  return std::max(streak_, static_cast<std::uint32_t>(in_window));
}

void TargetHealth::SuspendFor(const FailedAttempt& attempt, const HealthRules& rules, Instant now) {
  Become(TargetState::kSuspended);
  until_ = SaturatingAdd(now, SuspensionLength(attempt, rules, suspensions_in_a_row_));
  failure_ = attempt.failure;
  by_hand_ = false;
  with_endpoint_ = false;
  suspended_by_ = rules;
  ++suspensions_in_a_row_;
}

bool TargetHealth::PointsAtEndpoint(Instant now) const {
  return state_ == TargetState::kSuspended && now < until_ && !with_endpoint_ && failure_ &&
         TraitsOf(*failure_).blame == Blame::kEndpoint;
}

bool TargetHealth::SuspendWith(const TargetHealth& other) {
  if (with_endpoint_ && state_ == TargetState::kSuspended) {
    until_ = std::max(until_, other.until_);
    return false;
  }
  if (state_ != TargetState::kAvailable) return false;
  Become(TargetState::kSuspended);
  until_ = other.until_;
  failure_ = other.failure_;
  with_endpoint_ = true;
  suspended_by_ = other.suspended_by_;
  suspensions_in_a_row_ = other.suspensions_in_a_row_;
  return true;
}

bool TargetHealth::Reconsider(Instant now) {
  const bool by_endpoint = failure_ && TraitsOf(*failure_).blame == Blame::kEndpoint;
  if (state_ == TargetState::kAvailable || !by_endpoint) return false;
  Become(TargetState::kSuspended);
  until_ = now;
  suspensions_in_a_row_ = 0;
  return true;
}

void TargetHealth::Suspend(Instant until) {
  Become(TargetState::kSuspended);
  until_ = until;
  failure_.reset();
  by_hand_ = true;
  with_endpoint_ = false;
  suspended_by_ = {};
}

void TargetHealth::Resume() {
  Become(TargetState::kAvailable);
  suspensions_in_a_row_ = 0;
  failure_.reset();
  by_hand_ = false;
  with_endpoint_ = false;
  suspended_by_ = {};
}

void TargetHealth::Become(TargetState state) {
  state_ = state;
  ++epoch_;
  streak_ = 0;
  counts_until_.clear();
}

HealthView TargetHealth::View(Instant now) const {
  HealthView view;
  view.state = state_;
  // A lost probe is nobody's probe.
  if (state_ == TargetState::kProbing && now >= until_) view.state = TargetState::kSuspended;
  view.until = until_;
  view.failure = failure_;
  view.by_hand = by_hand_;
  view.with_endpoint = with_endpoint_;
  view.fails = fails(now);
  view.suspensions_in_a_row = suspensions_in_a_row_;
  view.in_flight = in_flight_;
  return view;
}

}  // namespace spillway::router
