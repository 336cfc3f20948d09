// The end of a call: whether its verdict is the right one, and whether its report says what happened.
#include <algorithm>
#include <set>

#include "tests/router/referee.h"

namespace spillway::router {
namespace {

absl::StatusCode CodeOf(Failure failure) { return TraitsOf(failure).code; }

}  // namespace

// Those newly passed over in this step.
void Referee::JudgeSkipped(Call& call, Instant now) {
  const auto& skipped = call.report->skipped;
  for (; call.skipped < skipped.size(); ++call.skipped) {
    const SkippedLeaf& entry = skipped[call.skipped];
    const std::size_t leaf = entry.leaf - call.route->first_leaf;
    const bool unable = call.unable.contains(leaf);
    record_.Expect(
        unable ? entry.reason == SkipReason::kUnsupported : WhyNot(call, leaf, now) == entry.reason,
        "a target is passed over for the reason given");
    record_.Note(router::NameOf(entry.reason));
  }
}

void Referee::JudgeDone(const Call& call, const Event& event, Instant now) {
  const CallReport& report = *call.report;
  record_.Note(router::NameOf(report.verdict));
  bool told = report.attempts.size() == call.tries.size();
  for (std::size_t i = 0; told && i < call.tries.size(); ++i) {
    const AttemptRecord& attempt = report.attempts[i];
    told = attempt.leaf == call.route->first_leaf + call.tries[i] &&
           attempt.failed.has_value() == (i < call.failures.size());
    if (told && attempt.failed) told = attempt.failed->failure == call.failures[i].failure;
  }
  record_.Expect(told, "every attempt and its failure is reported");
  JudgeVerdict(call, event, now);
  record_.Expect((report.verdict == Verdict::kServed) == (report.code == absl::StatusCode::kOk),
                 "served calls are OK, and only they");
}

void Referee::JudgeVerdict(const Call& call, const Event& event, Instant now) {
  const CallReport& report = *call.report;
  const auto is = [&](Verdict verdict) { return report.verdict == verdict; };
  const auto code = [&](absl::StatusCode expected) {
    record_.Expect(report.code == expected, "a verdict has the code that fits");
  };
  const bool failed = std::holds_alternative<Failed>(event);
  const bool by_caller = failed && TraitsOf(call.failures.back().failure).blame == Blame::kCaller;
  if (std::holds_alternative<Succeeded>(event)) {
    return record_.Expect(is(Verdict::kServed), "an answer serves the call");
  }
  if (std::holds_alternative<Cancelled>(event)) {
    code(absl::StatusCode::kCancelled);
    return record_.Expect(is(Verdict::kCancelled), "a call that is cancelled ends so");
  }
  if (by_caller) {
    code(absl::StatusCode::kDeadlineExceeded);
    return record_.Expect(is(Verdict::kDeadline), "an attempt cut short by the deadline ends the call");
  }
  if (failed && call.reached_caller() && call.form == AnswerForm::kStream) {
    code(CodeOf(call.failures.back().failure));
    return record_.Expect(is(Verdict::kBroken), "what has reached a caller for good is not begun anew");
  }
  record_.Expect(!is(Verdict::kBroken), "only an answer that has reached its caller breaks");
  if (failed && call.reached_caller()) record_.Note("end after a break that may be reset");
  if (failed && EndsCall(call)) {
    if (call.settings().fail_on.Matches(call.failures.back()))
      record_.Note("the same said twice of a request");
    code(CodeOf(call.failures.back().failure));
    return record_.Expect(is(Verdict::kRefused), "what another target would not change goes back");
  }
  if (now >= call.deadline) {
    code(absl::StatusCode::kDeadlineExceeded);
    return record_.Expect(is(Verdict::kDeadline), "a call ends at its deadline");
  }
  if (call.tries.empty()) return JudgeTurnedAway(call, now);
  JudgeRetryAfter(call, now);
  const bool spent = call.tries.size() >= Allowed(call);
  if (spent || !AnyAdmits(call, 0, call.route->leaves.size(), now)) {
    return record_.Expect(is(Verdict::kAllFailed), "a call with nowhere left to go has failed everywhere");
  }
  record_.Expect(is(Verdict::kRetryBudgetSpent) && !budgets_.CanPay(*call.route),
                 "no call gives up while a target is left and paid for");
}

void Referee::JudgeTurnedAway(const Call& call, Instant now) {
  const CallReport& report = *call.report;
  std::set<LeafId> explained;
  for (const SkippedLeaf& skipped : report.skipped) explained.insert(skipped.leaf);
  record_.Expect(explained.size() == call.route->leaves.size(),
                 "a call turned away says why, for every target");
  bool saturated = false;
  bool worth_trying = false;
  for (std::size_t leaf = 0; leaf < call.route->leaves.size(); ++leaf) {
    if (call.unable.contains(leaf)) continue;
    record_.Expect(!Admits(call, leaf, now), "no call is turned away while a target admits it");
    saturated = saturated || WhyNot(call, leaf, now) == SkipReason::kSaturated;
    worth_trying = worth_trying || (!TargetOf(call, leaf).by_hand && !IsSaturated(call, leaf));
  }
  if (saturated) {
    return record_.Expect(
        report.verdict == Verdict::kAllSaturated && report.code == absl::StatusCode::kResourceExhausted,
        "a call turned away for want of room is told so");
  }
  if (call.unable.size() == call.route->leaves.size()) {
    return record_.Expect(report.verdict == Verdict::kAllUnsupported &&
                              report.code == absl::StatusCode::kInvalidArgument && !report.retry_after,
                          "a request that no target can serve is the caller's to change");
  }
  record_.Expect(report.verdict == Verdict::kAllSuspended && report.code == absl::StatusCode::kUnavailable,
                 "a call turned away by suspensions is told so");
  record_.Expect(call.settings().all_suspended == AllSuspended::kFail || !worth_trying,
                 "least_bad tries the least bad");
  JudgeRetryAfter(call, now);
}

void Referee::JudgeRetryAfter(const Call& call, Instant now) {
  Instant soonest = kNever;
  for (std::size_t leaf = 0; leaf < call.route->leaves.size(); ++leaf) {
    const TargetPicture& target = TargetOf(call, leaf);
    const bool probing = target.state == TargetState::kProbing && target.until > now;
    if (target.state != TargetState::kAvailable && !probing) soonest = std::min(soonest, target.until);
  }
  if (soonest == kNever) return;
  const std::optional<Duration> told = call.report->retry_after;
  record_.Expect(told && *told >= Duration::zero() && *told <= std::max(soonest - now, Duration::zero()),
                 "a caller is told to come back by the time the first target may be back");
}

}  // namespace spillway::router
