#include "tests/router/referee.h"

#include <algorithm>
#include <chrono>

namespace spillway::router {
namespace {

using Role = Ticket::Role;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <class T, class Variant>
bool Is(const Variant& value) {
  return std::holds_alternative<T>(value);
}

// Whether the attempt's end is held against the target.
bool IsHeldAgainst(const Settings& settings, const FailedAttempt& failed) {
  return settings.fail_on.Matches(failed) && TraitsOf(failed.failure).health != HealthEffect::kIgnored;
}

}  // namespace

void Referee::Expect(bool holds, const std::string& rule) {
  if (!holds && violations_.size() < 5) violations_.push_back(rule);
}

void Referee::Begin(int call, const Plan& plan, Instant now, Instant deadline) {
  Memory& memory = calls_[call];
  memory.report = &plan.report();
  const auto total = memory.settings().total_timeout;
  memory.deadline = total ? std::min(deadline, now + *total) : deadline;
}

void Referee::Judge(int id, const Plan& plan, const Event& event, const Step& step,
                    const std::vector<Transition>& transitions, Instant now) {
  Memory& call = calls_.at(id);
  call.report = &plan.report();
  Expect(!call.done, "a call gets no step after Done");
  const Target before = call.under_way ? TargetOf(call, call.leaf) : Target();
  bool judged = false;
  bool entered = false;
  for (const Transition& transition : transitions) {
    if (transition.now.state == TargetState::kProbing) {
      JudgeEntry(call, step, transition, now);
      entered = true;
    } else {
      JudgeVerdict(call, event, transition, now);
      judged = true;
    }
    Apply(transition, now);
  }
  if (const Failed* failed = std::get_if<Failed>(&event)) call.failed = failed->attempt;
  if (call.under_way && !judged) JudgeSilence(call, before, event, step);
  call.under_way = false;
  call.asleep = false;
  if (const Try* attempt = std::get_if<Try>(&step)) {
    JudgeTry(call, *attempt, entered, now);
  } else if (const Sleep* sleep = std::get_if<Sleep>(&step)) {
    JudgeSleep(call, *sleep, now);
    call.asleep = true;
  } else {
    JudgeDone(call, event, now);
    call.done = true;
  }
}

void Referee::Apply(const Transition& transition, Instant now) {
  Target& target = TargetOf(transition.leaf);
  if (transition.now.state != TargetState::kProbing) {
    // A verdict on the target, not a probe that said nothing.
    const bool suspended_anew = transition.now.failure && transition.now.until > now;
    if (transition.now.state == TargetState::kAvailable) target.in_a_row = 0;
    if (transition.now.state == TargetState::kSuspended && suspended_anew) ++target.in_a_row;
    target.remembered = transition.now.state == TargetState::kSuspended && transition.now.failure;
  }
  target.state = transition.now.state;
  target.until = transition.now.until;
  target.by_hand = transition.now.by_hand;
  ++target.epoch;
}

void Referee::Operator(const TargetName& name, const std::vector<Transition>& transitions, Instant now) {
  // Resuming what is available changes no state, but forgets what attempts under way will say.
  if (transitions.empty()) ++targets_[{name.endpoint, name.model}].epoch;
  for (const Transition& transition : transitions) {
    Expect(transition.now.state != TargetState::kProbing, "nobody probes by hand");
    Apply(transition, now);
  }
}

void Referee::Compare(const std::vector<TargetStatus>& targets, Instant now) {
  for (const TargetStatus& status : targets) {
    const Target& target = targets_[{status.name.endpoint, status.name.model}];
    TargetState state = target.state;
    if (state == TargetState::kProbing && target.until <= now) state = TargetState::kSuspended;
    Expect(status.view.state == state, "every change of a target's state is reported");
    if (state == TargetState::kSuspended) {
      Expect(status.view.until == target.until, "the end of a suspension changes with its transition only");
    }
  }
}

// A target left or entered a suspension by an attempt's end.
void Referee::JudgeVerdict(const Memory& call, const Event& event, const Transition& transition,
                           Instant now) {
  const Target& before = TargetOf(transition.leaf);
  const bool mine = call.under_way && &before == &TargetOf(call, call.leaf);
  Expect(mine, "an attempt judges its own target only");
  if (!mine) return;
  Expect(call.epoch == before.epoch, "a stale ticket changes nothing");
  const Settings& settings = call.settings();
  const Failed* failed = std::get_if<Failed>(&event);
  const bool held_against = failed != nullptr && IsHeldAgainst(settings, failed->attempt);
  const bool memory = settings.health.suspend_duration.has_value();
  if (transition.now.state == TargetState::kAvailable) {
    const bool forgotten = held_against && call.role == Role::kProbe && !before.remembered && !memory;
    Expect((Is<Succeeded>(event) && call.role != Role::kOrdinary) || forgotten,
           "only the success of a probe or a last resort revives");
  } else if (held_against) {
    Expect(memory || (call.role == Role::kProbe && before.remembered),
           "without suspend_duration nothing is suspended");
    Expect(call.role != Role::kLastResort, "the failure of a last resort is no news");
    JudgeLength(settings, failed->attempt, before.in_a_row, transition.now.until - now);
  } else {
    Expect(!Is<Succeeded>(event) && call.role == Role::kProbe && transition.now.until == now,
           "a probe that says nothing leaves the target due at once");
  }
}

// An attempt's end changed no state: was that right?
void Referee::JudgeSilence(const Memory& call, const Target& before, const Event& event, const Step& step) {
  if (call.epoch != before.epoch) return;
  Expect(call.role != Role::kProbe, "the end of a probe is heard");
  Expect(call.role != Role::kLastResort || !Is<Succeeded>(event), "the success of a last resort revives");
  const Failed* failed = std::get_if<Failed>(&event);
  const Try* next = std::get_if<Try>(&step);
  const bool retried = Is<Sleep>(step) || (next != nullptr && next->leaf == call.leaf);
  if (call.role != Role::kOrdinary || failed == nullptr || retried) return;
  const HealthRules& rules = call.settings().health;
  if (!rules.suspend_duration || !IsHeldAgainst(call.settings(), failed->attempt)) return;
  const bool at_once = TraitsOf(failed->attempt.failure).health == HealthEffect::kSuspendsAtOnce;
  Expect(!at_once && rules.max_fails > 1, "a failure that suspends does");
}

void Referee::JudgeEntry(const Memory& call, const Step& step, const Transition& transition, Instant now) {
  const Target& before = TargetOf(transition.leaf);
  const Try* attempt = std::get_if<Try>(&step);
  Expect(attempt != nullptr && &TargetOf(call, attempt->leaf) == &before, "a probe is the target's own try");
  Expect(before.state != TargetState::kAvailable, "an available target needs no probe");
  Expect(before.until <= now, "no probe before the suspension's end, nor beside another probe");
  if (attempt == nullptr) return;
  Expect(transition.now.until >= attempt->deadline, "a probe is not given up before its deadline");
  Expect(attempt->deadline == kNever || transition.now.until <= attempt->deadline + seconds(5),
         "a lost probe frees itself soon");
}

void Referee::JudgeLength(const Settings& settings, const FailedAttempt& failed, int in_a_row,
                          Duration length) {
  const HealthRules& rules = settings.health;
  const bool quota = failed.failure == Failure::kQuotaExhausted;
  const Duration most_hint = quota ? Duration(hours(24)) : Duration(minutes(5));
  const Duration hint = std::min(failed.retry_after.value_or(Duration::zero()), most_hint);
  Expect(length >= hint, "Retry-After is a floor");
  if (!rules.suspend_duration) return;
  Expect(length >= *rules.suspend_duration, "suspend_duration is a floor");
  const Duration cap = std::max(*rules.suspend_duration, rules.max_suspend_duration);
  Expect(length <= std::max(hint, cap), "max_suspend_duration caps doubling");
  Duration doubled = *rules.suspend_duration;
  for (int i = 0; i < in_a_row && doubled < cap; ++i) doubled *= 2;
  Expect(quota || length >= std::min(doubled, cap), "each failed probe doubles the suspension");
}

void Referee::JudgeTry(Memory& call, const Try& attempt, bool entered, Instant now) {
  const Settings& settings = call.settings();
  const Target& target = TargetOf(call, attempt.leaf);
  const Role role = call.report->last_attempt()->role;
  Expect(now < call.deadline, "nothing is tried at or after the deadline");
  Expect(attempt.deadline <= call.deadline && attempt.deadline <= now + settings.request_timeout,
         "an attempt ends by the call's deadline and its own timeout");
  Expect(attempt.on_timeout == (attempt.deadline == call.deadline ? Failure::kDeadline : Failure::kTimeout),
         "on_timeout names whose time ran out");
  Expect(entered == (role == Role::kProbe), "a probe, and nothing else, is announced");
  if (role == Role::kOrdinary) {
    Expect(target.state == TargetState::kAvailable, "no attempt on a suspended target");
  }
  if (role == Role::kLastResort) {
    Expect(settings.all_suspended == AllSuspended::kLeastBad, "a last resort needs least_bad");
    Expect(call.tries == 0 && !AnyLeft(call, now), "a last resort needs every target suspended");
    Expect(!target.by_hand, "an operator's word stands");
  }
  if (call.tried.contains(attempt.leaf)) {
    JudgeRepeat(call, attempt);
  } else if (role != Role::kLastResort) {
    JudgeOrder(call, attempt, now);
  }
  ++call.tries;
  const std::size_t allowed = settings.retries ? *settings.retries + std::size_t{1}
                                               : call.report->route->tree.leaf_count + call.same_target;
  Expect(call.tries <= allowed, "attempts stay within what is allowed");
  call.tried.insert(attempt.leaf);
  call.under_way = true;
  call.leaf = attempt.leaf;
  call.role = role;
  call.epoch = target.epoch;
}

void Referee::JudgeRepeat(Memory& call, const Try& attempt) {
  const bool accident = call.failed && (call.failed->connection_reset || call.failed->http_status == 500);
  Expect(attempt.leaf == call.leaf && accident && call.role == Role::kOrdinary,
         "a leaf is tried twice as a same-target retry only");
  const auto& retries = call.settings().retries;
  const bool owed = call.tried.size() < call.report->route->tree.leaf_count;
  Expect(!retries || call.tries + (owed ? 2 : 1) <= *retries + std::size_t{1},
         "a same-target retry leaves the next target its own");
  Expect(++call.same_target <= call.settings().same_target_retries, "same_target_retries is a limit");
}

void Referee::JudgeOrder(const Memory& call, const Try& attempt, Instant now) {
  for (LeafId leaf = call.report->route->tree.first_leaf; leaf < attempt.leaf; ++leaf) {
    Expect(call.tried.contains(leaf) || !TargetOf(call, leaf).Admits(now),
           "no admissible target is passed over");
  }
}

void Referee::JudgeSleep(const Memory& call, const Sleep& sleep, Instant now) {
  Expect(call.failed && call.failed->http_status == 500 && !call.asleep, "only a 500 is slept on, once");
  Expect(sleep.until > now && sleep.until <= now + milliseconds(60), "a pause is short");
  Expect(sleep.until < call.deadline, "a pause ends before the deadline");
}

bool Referee::AnyLeft(const Memory& call, Instant now) {
  const RouteTree& tree = call.report->route->tree;
  for (LeafId leaf = tree.first_leaf; leaf < tree.first_leaf + tree.leaf_count; ++leaf) {
    if (!call.tried.contains(leaf) && TargetOf(call, leaf).Admits(now)) return true;
  }
  return false;
}

bool Referee::AllByHand(const Memory& call) {
  const RouteTree& tree = call.report->route->tree;
  for (LeafId leaf = tree.first_leaf; leaf < tree.first_leaf + tree.leaf_count; ++leaf) {
    if (!TargetOf(call, leaf).by_hand) return false;
  }
  return true;
}

void Referee::JudgeDone(const Memory& call, const Event& event, Instant now) {
  const CallReport& report = *call.report;
  const Settings& settings = call.settings();
  Expect(report.attempts.size() == call.tries, "every attempt is reported");
  const Failed* failed = std::get_if<Failed>(&event);
  switch (report.verdict) {
    case Verdict::kServed:
      Expect(Is<Succeeded>(event) && report.code == absl::StatusCode::kOk, "an answer serves the call");
      break;
    case Verdict::kCancelled:
      Expect(Is<Cancelled>(event), "a call is cancelled by its caller");
      break;
    case Verdict::kDeadline:
      Expect(now >= call.deadline, "the deadline has passed when a call ends on it");
      break;
    case Verdict::kRefused:
      Expect(failed != nullptr && !settings.fail_on.Matches(failed->attempt), "what spills is not refused");
      break;
    case Verdict::kAllSuspended:
      Expect(call.tries == 0 && !AnyLeft(call, now), "no call is turned away while a target admits it");
      Expect(settings.all_suspended == AllSuspended::kFail || AllByHand(call),
             "least_bad tries the least bad");
      break;
    case Verdict::kAllFailed: {
      const bool spent = settings.retries && call.tries == *settings.retries + std::size_t{1};
      Expect(call.tries > 0 && (spent || !AnyLeft(call, now)), "no call gives up while a target is left");
      break;
    }
  }
  Expect(report.verdict == Verdict::kServed || report.code != absl::StatusCode::kOk,
         "only served calls are OK");
}

}  // namespace spillway::router
