#include "router/plan.h"

#include <algorithm>
#include <utility>

#include "router/endpoint_outage.h"

namespace spillway::router {
namespace {

// The pause before a lone 500 is tried again at the same target: long enough for a worker
// behind the provider's balancer to be replaced, short beside any completion. Random, so that
// calls that failed together do not come back together.
constexpr Duration kMinPause = std::chrono::milliseconds(20);
constexpr Duration kMaxPause = std::chrono::milliseconds(60);

// The standard distributions promise no stable sequence across builds; bits do.
Duration RandomPause(std::mt19937_64& engine) {
  const double unit = static_cast<double>(engine() >> 11) * 0x1.0p-53;
  return kMinPause +
         Duration(static_cast<Duration::rep>(unit * static_cast<double>((kMaxPause - kMinPause).count())));
}

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
// Clang 14 does not deduce an aggregate's arguments.
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

Plan::Plan(std::shared_ptr<const Table> table, const PolicyRoute* route, Instant start, Instant deadline,
           AnswerForm form)
    : deadline_(deadline), form_(form) {
  report_.table = std::move(table);
  report_.route = route;
  if (settings().total_timeout)
    deadline_ = std::min(deadline_, SaturatingAdd(start, *settings().total_timeout));
  tried_.resize((route->tree.leaf_count + 63) / 64);
  skipped_.resize(tried_.size());
}

Step Plan::On(Event event, Instant now, PlanContext context) {
  return std::visit(
      Overloaded{
          [&](Started) { return OnStarted(now, context); },
          [&](Woke) { return OnWoke(now, context); },
          [&](FirstToken) { return OnFirstToken(now, context); },
          [&](Succeeded& succeeded) { return OnSucceeded(std::move(succeeded), now, context); },
          [&](Failed& failed) { return OnFailed(std::move(failed), now, context); },
          [&](Unsupported& unsupported) { return OnUnsupported(std::move(unsupported), now, context); },
          [&](Cancelled) { return OnCancelled(now, context); },
      },
      event);
}

Step Plan::OnStarted(Instant now, PlanContext& context) {
  if (settings().retry_budget) context.memory.budgets[report_.route->budget].OnCall(*settings().retry_budget);
  return Next(now, context);
}

AttemptRecord& Plan::EndAttempt(Instant now, PlanContext& context) {
  AttemptRecord& record = report_.attempts.back();
  record.end = now;
  attempt_under_way_ = false;
  HealthOf(record.leaf, context).Leave();
  return record;
}

Step Plan::OnSucceeded(Succeeded succeeded, Instant now, PlanContext& context) {
  AttemptRecord& record = EndAttempt(now, context);
  record.http_status = succeeded.http_status;
  record.provider_request_id = std::move(succeeded.provider_request_id);
  Note(HealthOf(record.leaf, context).OnSuccess(ticket_, settings().health), record.leaf, now, context);
  return Finish(Verdict::kServed, absl::StatusCode::kOk, now, context);
}

Step Plan::OnFailed(Failed failed, Instant now, PlanContext& context) {
  FailedAttempt& attempt = failed.attempt;
  AttemptRecord& record = EndAttempt(now, context);
  record.http_status = attempt.http_status;
  record.provider_request_id = std::move(failed.provider_request_id);
  TargetHealth& health = HealthOf(record.leaf, context);
  if (MayRetrySame(attempt, now, context)) {
    // The verdict on the target waits for the retry: a failure that the retry mends never was.
    ++same_target_retries_used_;
    const bool at_once = attempt.connection_reset;
    record.failed = std::move(attempt);
    if (at_once) return Attempt(record.leaf, false, now, context);
    return Sleep{now + RandomPause(context.engine)};
  }
  const Failure failure = attempt.failure;
  // A request that is too long goes to larger models only, whatever else the policy spills on.
  const bool too_long = failure == Failure::kContextLength;
  if (too_long) was_too_long_ = true;
  const bool spills = !too_long && settings().fail_on.Matches(attempt) && !BlamesRequestAgain(failure);
  // What the policy does not call a failure is not held against the target either.
  const bool changed =
      spills ? health.OnFailure(ticket_, attempt, settings().health, now) : health.OnIgnored(ticket_, now);
  record.failed = std::move(attempt);
  Note(changed, record.leaf, now, context);
  if (failure == Failure::kDeadline) return Finish(Verdict::kDeadline, TraitsOf(failure).code, now, context);
  if (failure == Failure::kCancelled) {
    return Finish(Verdict::kCancelled, TraitsOf(failure).code, now, context);
  }
  if (form_ == AnswerForm::kStream && HasReachedCaller()) {
    return Finish(Verdict::kBroken, TraitsOf(failure).code, now, context);
  }
  if (spills || (too_long && LargerExists())) return Next(now, context);
  return Finish(Verdict::kRefused, TraitsOf(failure).code, now, context);
}

bool Plan::BlamesRequestAgain(Failure failure) const {
  if (TraitsOf(failure).blame != Blame::kRequest) return false;
  // The attempt that failed now has not been recorded as failed yet.
  return std::any_of(report_.attempts.begin(), report_.attempts.end(), [&](const AttemptRecord& before) {
    return before.failed && before.failed->failure == failure;
  });
}

Step Plan::OnUnsupported(Unsupported unsupported, Instant now, PlanContext& context) {
  const LeafId leaf = EndAttempt(now, context).leaf;
  Note(HealthOf(leaf, context).OnIgnored(ticket_, now), leaf, now, context);
  report_.attempts.pop_back();
  if (settings().retry_budget && !report_.attempts.empty()) {
    context.memory.budgets[report_.route->budget].Refund();
  }
  if (!Insert(skipped_, leaf)) {
    // Passed over before, and taken as the last resort since: this is the better reason.
    auto& skipped = report_.skipped;
    skipped.erase(std::find_if(skipped.begin(), skipped.end(),
                               [&](const SkippedLeaf& record) { return record.leaf == leaf; }));
  }
  report_.skipped.push_back(
      {leaf, SkipReason::kUnsupported, HealthOf(leaf, context).View(now), std::move(unsupported.detail)});
  return Next(now, context);
}

Step Plan::OnCancelled(Instant now, PlanContext& context) {
  if (attempt_under_way_) {
    AttemptRecord& record = EndAttempt(now, context);
    record.failed.emplace().failure = Failure::kCancelled;
    Note(HealthOf(record.leaf, context).OnIgnored(ticket_, now), record.leaf, now, context);
  } else if (!report_.attempts.empty()) {
    CountUnmended(now, context);
  }
  return Finish(Verdict::kCancelled, TraitsOf(Failure::kCancelled).code, now, context);
}

Step Plan::OnWoke(Instant now, PlanContext& context) {
  const LeafId leaf = report_.attempts.back().leaf;
  // Other calls may have found the target down in the meantime, filled it, or spent the budget.
  if (now >= deadline_ || !IsOpen(leaf, now, context) || !CanPayForAnother(context)) {
    CountUnmended(now, context);
    return Next(now, context);
  }
  return Attempt(leaf, false, now, context);
}

void Plan::CountUnmended(Instant now, PlanContext& context) {
  --same_target_retries_used_;
  const AttemptRecord& record = report_.attempts.back();
  TargetHealth& health = HealthOf(record.leaf, context);
  Note(health.OnFailure(ticket_, *record.failed, settings().health, now), record.leaf, now, context);
}

Step Plan::AssumeSpill(Instant now, PlanContext context) {
  EndAttempt(now, context);
  return Next(now, context);
}

Step Plan::Next(Instant now, PlanContext& context) {
  if (now >= deadline_) {
    return Finish(Verdict::kDeadline, TraitsOf(Failure::kDeadline).code, now, context);
  }
  if (report_.attempts.size() >= AttemptsAllowed()) return FinishExhausted(now, context);
  const auto admit = [&](LeafId id) { return Admit(id, now, context); };
  Picker picker(report_.route->tree, admit, context.memory.turns, choices_);
  // Asked before the pick: an attempt that is not made takes no turn.
  if (!CanPayForAnother(context) && picker.HasAdmissible(0)) {
    return Finish(Verdict::kRetryBudgetSpent, CodeOfLastFailure(), now, context);
  }
  if (const auto leaf = picker.Pick()) return Attempt(*leaf, false, now, context);
  return report_.attempts.empty() ? FinishUntried(now, context) : FinishExhausted(now, context);
}

bool Plan::CanPayForAnother(PlanContext& context) const {
  if (!settings().retry_budget || report_.attempts.empty()) return true;
  return context.memory.budgets[report_.route->budget].CanPay(*settings().retry_budget);
}

Step Plan::FinishUntried(Instant now, PlanContext& context) {
  // As they stand now: targets that could not serve may have been asked since the others were passed over.
  const auto saturated = [&](const SkippedLeaf& skipped) {
    return skipped.reason != SkipReason::kUnsupported &&
           WhyNot(skipped.leaf, now, context.memory) == SkipReason::kSaturated;
  };
  if (std::any_of(report_.skipped.begin(), report_.skipped.end(), saturated)) {
    return Finish(Verdict::kAllSaturated, absl::StatusCode::kResourceExhausted, now, context);
  }
  if (settings().all_suspended == AllSuspended::kLeastBad) {
    if (const auto least_bad = LeastBad(now, context)) return Attempt(*least_bad, true, now, context);
  }
  const auto unsupported = [](const SkippedLeaf& skipped) {
    return skipped.reason == SkipReason::kUnsupported;
  };
  // Waiting would not help; asking for less would.
  if (std::all_of(report_.skipped.begin(), report_.skipped.end(), unsupported)) {
    return Finish(Verdict::kAllUnsupported, absl::StatusCode::kInvalidArgument, now, context);
  }
  return Finish(Verdict::kAllSuspended, absl::StatusCode::kUnavailable, now, context);
}

Step Plan::FinishExhausted(Instant now, PlanContext& context) {
  const auto& failed = report_.attempts.back().failed;
  // Nobody configured the model and the one endpoint that might have had it does not.
  const bool unknown_model =
      report_.route->name.empty() && failed && failed->failure == Failure::kModelNotFound;
  return Finish(Verdict::kAllFailed, unknown_model ? absl::StatusCode::kNotFound : CodeOfLastFailure(), now,
                context);
}

absl::StatusCode Plan::CodeOfLastFailure() const {
  const auto& failed = report_.attempts.back().failed;
  // Only explaining makes attempts that end without a word.
  if (!failed) return absl::StatusCode::kUnavailable;
  // A larger model would have taken the request, but is out: not the caller's mistake.
  if (failed->failure == Failure::kContextLength) return absl::StatusCode::kUnavailable;
  return TraitsOf(failed->failure).code;
}

Step Plan::Finish(Verdict verdict, absl::StatusCode code, Instant now, PlanContext& context) {
  report_.verdict = verdict;
  report_.code = code;
  if (verdict == Verdict::kRefused || verdict == Verdict::kBroken) {
    // Other targets' suspensions have no bearing on it: only the provider's own word counts.
    const std::optional<Duration>& hint = report_.attempts.back().failed->retry_after;
    if (hint) report_.retry_after = std::max(*hint, Duration::zero());
  } else if (verdict == Verdict::kAllFailed || verdict == Verdict::kAllSuspended ||
             verdict == Verdict::kRetryBudgetSpent) {
    report_.retry_after = SoonestBack(now, context);
  }
  return Done{};
}

std::optional<Duration> Plan::SoonestBack(Instant now, PlanContext& context) const {
  Instant soonest = kNever;
  const RouteTree& tree = report_.route->tree;
  for (LeafId leaf = tree.first_leaf; leaf < tree.first_leaf + tree.leaf_count; ++leaf) {
    const HealthView view = HealthOf(leaf, context).View(now);
    if (view.state == TargetState::kSuspended) soonest = std::min(soonest, std::max(view.until, now));
  }
  for (const AttemptRecord& attempt : report_.attempts) {
    if (!attempt.failed || !attempt.failed->retry_after) continue;
    // Whatever the provider said, it stays away as long as it is suspended.
    if (HealthOf(attempt.leaf, context).View(now).state == TargetState::kSuspended) continue;
    soonest = std::min(soonest, SaturatingAdd(attempt.end, *attempt.failed->retry_after));
  }
  if (soonest == kNever) return std::nullopt;
  return std::max(soonest - now, Duration::zero());
}

bool Plan::MayRetrySame(const FailedAttempt& attempt, Instant now, PlanContext& context) const {
  if (!TraitsOf(attempt.failure).may_retry_same_target || !settings().fail_on.Matches(attempt)) return false;
  if (HasReachedCaller()) return false;
  const LeafId leaf = report_.attempts.back().leaf;
  // A 500 in a run of failures is no accident any more.
  const bool lone_500 = attempt.http_status == 500 && HealthOf(leaf, context).fails(now) == 0;
  if (!attempt.connection_reset && !lone_500) return false;
  // Who says when to come back is not asked before.
  if (attempt.retry_after && *attempt.retry_after > kMaxPause) return false;
  if (ticket_.role != Ticket::Role::kOrdinary || !IsOpen(leaf, now, context)) return false;
  if (same_target_retries_used_ >= settings().same_target_retries) return false;
  if (deadline_ != kNever && now + kMaxPause >= deadline_) return false;
  if (!CanPayForAnother(context)) return false;
  if (!settings().retries) return true;
  // Paid out of `retries`, but never with the one the next target needs.
  const std::size_t left = *settings().retries + std::size_t{1} - report_.attempts.size();
  return left >= (tried_count_ < report_.route->tree.leaf_count ? 2U : 1U);
}

std::size_t Plan::AttemptsAllowed() const {
  if (settings().retries) return *settings().retries + std::size_t{1};
  return report_.route->tree.leaf_count + same_target_retries_used_;
}

void Plan::Note(bool changed, LeafId leaf, Instant now, PlanContext& context) const {
  if (!changed) return;
  HealthTable& targets = context.memory.targets;
  const HealthSlot slot = LeafOf(leaf).health;
  const auto report = [&](HealthSlot which) {
    context.transitions.push_back({targets.NameOf(which), targets[which].View(now)});
  };
  report(slot);
  const TargetState state = targets[slot].View(now).state;
  if (state == TargetState::kSuspended) SpreadOutage(targets, slot, now, report);
  // A target may be let back in on a failure, too: that of a probe that nobody remembers.
  if (state == TargetState::kAvailable && !report_.attempts.back().failed) LiftOutage(targets, slot, report);
}

}  // namespace spillway::router
