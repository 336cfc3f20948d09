#include "tests/router/explain_judge.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Copies are dear: every so often is often enough.
constexpr int kFutureEvery = 20;
constexpr int kOrderEvery = 4;
// Longer than a cycle of most weighted nodes.
constexpr int kCallsOfAFuture = 12;

bool Same(const std::optional<Explanation>& a, const std::optional<Explanation>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  const auto same = [](const Candidate& x, const Candidate& y) {
    return x.leaf == y.leaf && x.would_try == y.would_try && x.reason == y.reason;
  };
  return std::equal(a->candidates.begin(), a->candidates.end(), b->candidates.begin(), b->candidates.end(),
                    same);
}

// Everything that shows in some calls to come, as text: whose turn it is, what may be paid for, who is under
// way.
std::string FutureOf(Router router, std::string_view model, Environment environment, Instant now) {
  std::string told;
  for (int i = 0; i < kCallsOfAFuture; ++i) {
    std::optional<Plan> plan = router.Begin(model, environment, now, kNever);
    if (!plan) break;
    Step step = router.On(*plan, Started(), now);
    // Some are answered, some fail everywhere, some stay under way.
    while (std::holds_alternative<Try>(step) && i % 3 != 2) {
      told += std::to_string(std::get<Try>(step).leaf) + " ";
      step = router.On(*plan, i % 3 == 0 ? Event(Succeeded()) : Event(Failed{Http429()}), now);
    }
    told += std::string(NameOf(plan->report().verdict)) + "; ";
  }
  for (const TargetStatus& target : router.Targets(now)) {
    told += std::to_string(static_cast<int>(target.view.state)) + std::to_string(target.view.in_flight);
  }
  return told;
}

// A failure that sends a call of this policy on at once and says nothing against the next leaf.
std::optional<FailedAttempt> SpillOf(const Settings& settings) {
  for (const FailedAttempt& failed : {Http429(), Http503(), Refused()}) {
    if (settings.fail_on.Matches(failed)) return failed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Explanation> ExplainJudge::Ask(const Router& router, std::string_view model,
                                             Environment environment, Instant now) {
  record_.Note("explanation");
  const bool deeply = ++asked_ % kFutureEvery == 0;
  std::string future;
  if (deeply) future = FutureOf(router, model, environment, now);
  std::optional<Explanation> first = router.Explain(model, environment, now);
  record_.Expect(!router.has_transitions(), "explaining changes nothing");
  record_.Expect(Same(first, router.Explain(model, environment, now)), "explaining again explains the same");
  if (deeply) {
    record_.Note("explanation with its future");
    record_.Expect(FutureOf(router, model, environment, now) == future,
                   "explaining changes nothing that shows later");
  }
  if (first) JudgeForm(*first);
  if (first && asked_ % kOrderEvery == 0) JudgeOrder(router, model, environment, *first, now);
  return first;
}

void ExplainJudge::JudgeForm(const Explanation& explanation) {
  std::set<LeafId> leaves;
  bool passed_over = false;
  for (const Candidate& candidate : explanation.candidates) {
    leaves.insert(candidate.leaf);
    record_.Expect(!candidate.would_try || !passed_over, "those that would be tried come first");
    passed_over = !candidate.would_try;
    record_.Expect(!candidate.reason.empty(), "every candidate has its reason");
  }
  const RouteTree& tree = explanation.route->tree;
  const bool complete = leaves.size() == tree.leaf_count && *leaves.begin() == tree.first_leaf;
  record_.Expect(complete && leaves.size() == explanation.candidates.size(), "every leaf is explained once");
}

void ExplainJudge::JudgeFirst(const std::optional<Explanation>& explanation, const CallReport& report) {
  if (!explanation) return record_.Expect(false, "what can be begun can be explained");
  const Candidate& first = explanation->candidates.front();
  const AttemptRecord* attempt = report.attempts.empty() ? nullptr : &report.attempts.front();
  if (attempt != nullptr) record_.Note("explained first attempt");
  record_.Expect(first.would_try == (attempt != nullptr), "a call tries if that was explained");
  record_.Expect(attempt == nullptr || attempt->leaf == first.leaf,
                 "a call's first attempt is the first that was explained");
}

// Where failures leave no trace, a call that fails everywhere goes exactly where it was explained to go.
void ExplainJudge::JudgeOrder(Router copy, std::string_view model, Environment environment,
                              const Explanation& explanation, Instant now) {
  const Settings& settings = explanation.route->settings;
  const auto failure = SpillOf(settings);
  const auto out = [](const Candidate& candidate) { return candidate.view.state != TargetState::kAvailable; };
  const auto& candidates = explanation.candidates;
  if (!failure || settings.health.suspend_duration ||
      std::any_of(candidates.begin(), candidates.end(), out)) {
    return;
  }
  record_.Note("explained order");
  std::vector<LeafId> order;
  std::optional<Plan> plan = copy.Begin(model, environment, now, kNever);
  for (Step step = copy.On(*plan, Started(), now); std::holds_alternative<Try>(step);) {
    order.push_back(std::get<Try>(step).leaf);
    step = copy.On(*plan, Failed{*failure}, now);
  }
  std::vector<LeafId> explained;
  for (const Candidate& candidate : candidates) {
    if (candidate.would_try) explained.push_back(candidate.leaf);
  }
  record_.Expect(order == explained, "a call that fails everywhere goes where it was explained to go");
}

}  // namespace spillway::router
