// What is admissible, and what a call may do: the rules that others are built on.
#include <algorithm>
#include <chrono>

#include "tests/router/referee.h"

namespace spillway::router {
namespace {

using std::chrono::milliseconds;

// The longest pause before a retry at the same target.
constexpr Duration kMostPause = milliseconds(60);

}  // namespace

std::optional<SkipReason> Referee::WhyNot(const Call& call, std::size_t leaf, Instant now) {
  const TargetPicture& target = TargetOf(call, leaf);
  if (!target.Admits(now)) {
    return target.state == TargetState::kProbing ? SkipReason::kProbing : SkipReason::kSuspended;
  }
  if (!IsLargeEnough(call, leaf)) return SkipReason::kContextWindow;
  if (IsSaturated(call, leaf)) return SkipReason::kSaturated;
  return std::nullopt;
}

bool Referee::Admits(const Call& call, std::size_t leaf, Instant now) {
  return !call.tried.contains(leaf) && !WhyNot(call, leaf, now);
}

bool Referee::AnyAdmits(const Call& call, std::size_t first, std::size_t end, Instant now) {
  for (std::size_t leaf = first; leaf < end; ++leaf) {
    if (Admits(call, leaf, now)) return true;
  }
  return false;
}

OpenChildren Referee::OpenOf(const Call& call, const PlainNode& node, Instant now) {
  OpenChildren open;
  for (const std::size_t child : node.children) {
    const PlainNode& below = call.route->nodes[child];
    open.push_back(AnyAdmits(call, below.first_leaf, below.end_leaf, now) ? 1 : 0);
  }
  return open;
}

bool Referee::IsLargeEnough(const Call& call, std::size_t leaf) const {
  for (std::size_t i = 0; i < call.failures.size(); ++i) {
    if (call.failures[i].failure != Failure::kContextLength) continue;
    const PlainLeaf& too_small = call.route->leaves[call.tries[i]];
    const PlainLeaf& next = call.route->leaves[leaf];
    const bool larger = next.settings.context_window > too_small.settings.context_window;
    if (!larger || next.name.model == too_small.name.model) return false;
  }
  return true;
}

bool Referee::IsSaturated(const Call& call, std::size_t leaf) {
  const std::uint32_t most = LeafOf(call, leaf).max_concurrent;
  return most != 0 && TargetOf(call, leaf).under_way >= most;
}

std::size_t Referee::Allowed(const Call& call) const {
  if (call.settings().retries) return *call.settings().retries + std::size_t{1};
  return call.route->leaves.size() + call.same_target;
}

bool Referee::MayRetrySame(const Call& call, const FailedAttempt& failed, Instant now) {
  if (call.reached_caller()) return false;
  const TargetPicture& target = *call.stay.target;
  const bool lone_500 =
      failed.failure == Failure::kServerError && failed.http_status == 500 && target.Fails(now) == 0;
  const bool reset = failed.failure == Failure::kConnect && failed.connection_reset;
  if (!(lone_500 || reset) || !call.settings().fail_on.Matches(failed)) return false;
  if (failed.retry_after && *failed.retry_after > kMostPause) return false;
  if (call.stay.role != Ticket::Role::kOrdinary || target.state != TargetState::kAvailable) return false;
  if (IsSaturated(call, call.tries.back()) || !budgets_.CanPay(*call.route)) return false;
  if (call.same_target >= call.settings().same_target_retries) return false;
  if (call.deadline != kNever && call.deadline - now <= kMostPause) return false;
  // Never with the one that the next target needs.
  const bool owed = call.tried.size() < call.route->leaves.size();
  const auto& retries = call.settings().retries;
  return !retries || call.tries.size() + (owed ? 2 : 1) <= *retries + std::size_t{1};
}

bool Referee::MayRetryAfterSleep(const Call& call, Instant now) {
  return now < call.deadline && call.stay.target->state == TargetState::kAvailable &&
         !IsSaturated(call, call.tries.back()) && budgets_.CanPay(*call.route);
}

// Whether the latest failure goes back to the caller.
bool Referee::EndsCall(const Call& call) const {
  const FailedAttempt& failed = call.failures.back();
  if (failed.failure == Failure::kContextLength) {
    // Where a larger model failed otherwise or is out, the length is not the caller's mistake.
    for (std::size_t leaf = 0; leaf < call.route->leaves.size(); ++leaf) {
      if (IsLargeEnough(call, leaf)) return false;
    }
    return true;
  }
  if (!call.settings().fail_on.Matches(failed)) return true;
  if (TraitsOf(failed.failure).blame != Blame::kRequest) return false;
  // Two targets say the same of the request: it is the request's fault.
  const auto same = [&](const FailedAttempt& other) { return other.failure == failed.failure; };
  return std::count_if(call.failures.begin(), call.failures.end(), same) > 1;
}

void Referee::JudgeSleep(const Call& call, const Sleep& sleep, Instant now) {
  record_.Expect(!call.failures.empty() && call.failures.back().http_status == 500, "only a 500 is slept on");
  record_.Expect(sleep.until > now && sleep.until <= now + kMostPause, "a pause is short");
  record_.Expect(sleep.until < call.deadline, "a pause ends before the deadline");
}

}  // namespace spillway::router
