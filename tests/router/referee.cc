#include "tests/router/referee.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace spillway::router {
namespace {

template <class T, class Variant>
bool Is(const Variant& value) {
  return std::holds_alternative<T>(value);
}

bool SameSettings(const LeafSettings& a, const LeafSettings& b) {
  return a.path == b.path && a.request_timeout == b.request_timeout && a.context_window == b.context_window &&
         a.max_concurrent == b.max_concurrent;
}

bool IsHeld(const FailedAttempt& failed, Blame blame) { return TraitsOf(failed.failure).blame == blame; }

}  // namespace

void Referee::Adopt(const TableSpec& spec, const Table& table) {
  const PlainTable& plain = tables_.emplace_back(spec);
  turns_.Reload();
  budgets_.Reload();
  std::size_t id = 0;
  for (const PlainRoute& route : plain.routes()) {
    record_.Extreme("depth", route.Depth());
    record_.Extreme("leaves of a route", static_cast<double>(route.leaves.size()));
    for (const PlainLeaf& leaf : route.leaves) {
      targets_.Of(leaf.name);
      const Leaf& built = table.leaf(static_cast<LeafId>(id++));
      record_.Expect(built.name.endpoint == leaf.name.endpoint && built.name.model == leaf.name.model &&
                         SameSettings(built.settings, leaf.settings),
                     "a table's leaves are the specification's, in its order");
    }
  }
  record_.Expect(table.leaves().size() == id, "a table has the specification's leaves and no others");
}

void Referee::Begin(int id, const Plan* plan, std::string_view model, Environment environment, Instant now,
                    Instant deadline, AnswerForm form) {
  const PlainRoute* route = tables_.back().RouteOf(model, environment);
  record_.Expect((plan != nullptr) == (route != nullptr), "a call has a plan if it has somewhere to go");
  if (plan == nullptr || route == nullptr) return;
  if (route->model == kAnyModel) record_.Note("call for any model");
  const PolicyRoute& taken = *plan->report().route;
  record_.Expect(taken.name == route->policy && taken.environment == environment,
                 "the policy that names a model comes before that for any, that before the primary");
  Call& call = calls_[id];
  call.route = route;
  call.report = &plan->report();
  const auto total = route->settings.total_timeout;
  call.form = form;
  call.deadline = total ? std::min(deadline, now + *total) : deadline;
}

void Referee::Judge(int id, const Plan& plan, const Event& event, const Step& step, Transitions transitions,
                    Instant now) {
  Call& call = calls_.at(id);
  call.report = &plan.report();
  record_.Expect(!call.done, "a call gets no step after Done");
  if (Is<FirstToken>(event)) return JudgeFirstToken(call, step, transitions, now);
  if (Is<Started>(event)) budgets_.Call(*call.route);
  const auto* attempt = std::get_if<Try>(&step);
  const bool same = attempt != nullptr && !call.tries.empty() &&
                    attempt->leaf == call.route->first_leaf + call.tries.back();
  const bool retried = (same && (Is<Failed>(event) || Is<Woke>(event))) || Is<Sleep>(step);
  const auto entry = std::find_if(transitions.begin(), transitions.end(), [](const Transition& transition) {
    return transition.now.state == TargetState::kProbing;
  });
  const auto ends = static_cast<std::size_t>(entry - transitions.begin());
  JudgeEndOfAttempt(call, event, retried, transitions.first(ends), now);
  call.under_way = false;
  call.asleep = false;
  JudgeSkipped(call, now);
  record_.Expect(!Is<GoOn>(step), "what ends an attempt, or a pause, has a next step");
  if (attempt != nullptr) return JudgeTry(call, *attempt, retried, transitions.subspan(ends), now);
  record_.Expect(ends == transitions.size(), "only an attempt probes");
  if (const auto* sleep = std::get_if<Sleep>(&step)) {
    JudgeSleep(call, *sleep, now);
    call.asleep = true;
  } else {
    JudgeDone(call, event, now);
    call.done = true;
  }
}

void Referee::JudgeFirstToken(Call& call, const Step& step, Transitions transitions, Instant now) {
  record_.Note("first token");
  record_.Expect(Is<GoOn>(step), "an attempt that has begun to answer goes on");
  record_.Expect(call.report->last_attempt()->first_token == now, "the first token is recorded");
  call.token = true;
  targets_.HeardOf(call.stay, call.attempt_until, transitions, now);
}

void Referee::JudgeEndOfAttempt(Call& call, const Event& event, bool retried, Transitions transitions,
                                Instant now) {
  if (call.asleep) {
    const bool may = Is<Woke>(event) && MayRetryAfterSleep(call, now);
    record_.Expect(retried == may, "a call that wakes tries again unless something has come between");
    if (retried) return record_.Expect(transitions.empty(), "a retry is no verdict");
    // The retry that was to decide on it does not happen.
    record_.Note("retry that came to nothing");
    return targets_.HeldAgainst(call.stay, call.failures.back(), call.settings().health, transitions, now);
  }
  if (!call.under_way) return record_.Expect(transitions.empty(), "what ends no attempt is no verdict");
  targets_.Leave(call.stay);
  if (Is<Unsupported>(event)) return JudgeNotMade(call, transitions, now);
  if (Is<Succeeded>(event)) return targets_.Succeeded(call.stay, call.settings().health, transitions);
  FailedAttempt failed;
  failed.failure = Failure::kCancelled;
  if (const auto* reported = std::get_if<Failed>(&event)) failed = reported->attempt;
  record_.Note("failed attempt");
  switch (JudgeFailed(call, failed, retried, transitions, now)) {
    case Held::kTarget:
      record_.Note("held against the target");
      break;
    case Held::kEndpoint:
      record_.Note("held against the endpoint");
      break;
    case Held::kRequest:
      record_.Note("held against the request");
      break;
    case Held::kCaller:
      record_.Note("held against the caller");
      break;
    case Held::kNobody:
      record_.Note("held against nobody");
      break;
    case Held::kLeftToRetry:
      record_.Note("left to its retry");
      break;
  }
  call.failures.push_back(failed);
}

void Referee::JudgeNotMade(Call& call, Transitions transitions, Instant now) {
  record_.Note("attempt not made");
  targets_.NoWord(call.stay, transitions, now);
  call.unable.insert(call.tries.back());
  call.tries.pop_back();
  if (!call.tries.empty()) budgets_.NotMade(*call.route);
}

Referee::Held Referee::JudgeFailed(Call& call, const FailedAttempt& failed, bool retried,
                                   Transitions transitions, Instant now) {
  record_.Expect(retried == MayRetrySame(call, failed, now),
                 "a lone 500 and a reset are tried again where they may be, and nothing else");
  if (retried) {
    record_.Expect(transitions.empty(), "a retry is no verdict");
    return Held::kLeftToRetry;
  }
  if (call.token) record_.Note("failure after the first token");
  const bool spills = call.settings().fail_on.Matches(failed);
  if (IsHeld(failed, Blame::kCaller) || IsHeld(failed, Blame::kRequest) || !spills) {
    targets_.NoWord(call.stay, transitions, now);
    if (IsHeld(failed, Blame::kCaller)) return Held::kCaller;
    return IsHeld(failed, Blame::kRequest) ? Held::kRequest : Held::kNobody;
  }
  targets_.HeldAgainst(call.stay, failed, call.settings().health, transitions, now);
  return IsHeld(failed, Blame::kEndpoint) ? Held::kEndpoint : Held::kTarget;
}

void Referee::JudgeEnd() {
  for (const auto& [id, call] : calls_) record_.Expect(call.done, "every call ends");
  record_.Expect(targets_.Quiet(), "nothing is under way when every call has ended");
}

}  // namespace spillway::router
