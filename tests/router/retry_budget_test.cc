// The retry budget: what a policy's calls together may spend on further attempts.
#include "router/retry_budget.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

int Spendable(RetryBudget budget, const RetryBudgetRules& rules) {
  int attempts = 0;
  for (; budget.CanPay(rules); ++attempts) budget.Pay();
  return attempts;
}

struct SavingsRow {
  RetryBudgetRules rules;
  int calls;
  int spendable;
};

TEST(RetryBudgetTest, CallsSaveTheirPercentOfAnAttemptUpToWhatAThousandSave) {
  const SavingsRow rows[] = {
      {{20, 10}, 0, 10},      {{20, 10}, 4, 10},     {{20, 10}, 5, 11},
      {{20, 10}, 9, 11},      {{20, 10}, 10, 12},    {{20, 10}, 999, 209},
      {{20, 10}, 1000, 210},  {{20, 10}, 1001, 210}, {{20, 10}, 50000, 210},
      {{20, 0}, 4, 0},        {{20, 0}, 5, 1},       {{0, 0}, 1000, 0},
      {{0, 3}, 1000, 3},      {{1, 0}, 99, 0},       {{1, 0}, 100, 1},
      {{1, 0}, 5000, 10},     {{100, 0}, 1, 1},      {{100, 0}, 999, 999},
      {{100, 0}, 1001, 1000}, {{1000, 0}, 1, 10},    {{1000, 10000}, 1000, 20000},
  };
  for (const SavingsRow& row : rows) {
    RetryBudget budget;
    for (int i = 0; i < row.calls; ++i) budget.OnCall(row.rules);
    EXPECT_EQ(Spendable(budget, row.rules), row.spendable)
        << row.rules.percent << " % + " << row.rules.floor << ", " << row.calls << " calls";
  }
}

TEST(RetryBudgetTest, WhatIsOwedIsPaidBackByLaterCalls) {
  const RetryBudgetRules rules{20, 2};
  RetryBudget budget;
  while (budget.CanPay(rules)) budget.Pay();
  for (int i = 0; i < 4; ++i) {
    budget.OnCall(rules);
    EXPECT_FALSE(budget.CanPay(rules)) << i;
  }
  budget.OnCall(rules);
  EXPECT_EQ(Spendable(budget, rules), 1);
}

// Every call fails at a and would spill to b.
TEST(RetryBudgetPolicyTest, FurtherAttemptsAreExactlyThePercentOfCallsPlusTheFloor) {
  for (const RetryBudgetRules rules : {RetryBudgetRules{20, 10}, {20, 0}, {0, 3}, {7, 1}, {100, 0}, {0, 0}}) {
    Scene scene(Spec(Failover({"a", "b"}), Budget(rules.percent, rules.floor)));
    std::uint32_t spent = 0;
    for (std::uint32_t call = 1; call <= 500; ++call) {
      const std::uint32_t allowed = rules.floor + call * rules.percent / 100;
      const bool pays = spent < allowed;
      ASSERT_EQ(scene.Play({Http503()}), pays ? "a b" : "a RETRY_BUDGET_SPENT")
          << rules.percent << " % + " << rules.floor << ", call " << call;
      if (pays) ++spent;
    }
    EXPECT_EQ(spent, std::min(500U, rules.floor + 500 * rules.percent / 100));
  }
}

TEST(RetryBudgetPolicyTest, WithoutOneFurtherAttemptsAreBoundedCallByCallOnly) {
  Scene scene(Spec(Failover({"a", "b", "c"})));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "a b c SERVED");
}

TEST(RetryBudgetPolicyTest, FirstAttemptsAreFreeWhateverTheyAre) {
  Scene scene(Spec(Failover({"a", "b"}), LeastBad(Budget(0, 0, Remembering(seconds(30))))));
  ASSERT_EQ(scene.Play({Http503()}), "a RETRY_BUDGET_SPENT");
  EXPECT_EQ(scene.Play({kOk}), "b SERVED") << "passing over costs nothing";
  ASSERT_EQ(scene.Play({Http429(minutes(1))}), "b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play({Http503()}), "a (last resort) ALL_TARGETS_FAILED");
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Play({kOk}), "a (probe) SERVED");
}

TEST(RetryBudgetPolicyTest, ACallThatIsRefusedForItIsTheTargetsFailureNotTheCallers) {
  Scene scene(Spec(Failover({"a", "b"}), Budget(0, 0, Remembering(seconds(30)))));
  Call call = scene.Start();
  EXPECT_EQ(call.Fail(Http429(minutes(1))), "RETRY_BUDGET_SPENT");
  EXPECT_EQ(call.report().code, StatusCode::kResourceExhausted);
  EXPECT_EQ(call.report().retry_after, minutes(1));
  EXPECT_EQ(call.report().attempts.size(), 1U);
  // What failed is remembered all the same.
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  Call other = scene.Start();
  ASSERT_EQ(other.step(), "b");
  EXPECT_EQ(other.Fail(Http503()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(other.report().code, StatusCode::kUnavailable);
}

TEST(RetryBudgetPolicyTest, WhenNothingIsLeftToTryTheBudgetIsNotToBlame) {
  Scene scene(Spec(Failover({"a", "b"}), Budget(0, 1)));
  EXPECT_EQ(scene.Play({Http503(), Http503()}), "a b ALL_TARGETS_FAILED");
  Settings settings = Budget(0, 0);
  settings.retries = 0;
  Scene no_retries(Spec(Failover({"a", "b"}), settings));
  EXPECT_EQ(no_retries.Play({Http503()}), "a ALL_TARGETS_FAILED");
  Scene alone(Spec(LeafOf("a"), Budget(0, 0)));
  EXPECT_EQ(alone.Play({Http503()}), "a ALL_TARGETS_FAILED");
}

TEST(RetryBudgetPolicyTest, ARefusalOfTheRequestStaysOne) {
  Scene scene(Spec(Failover({"a", "b"}), Budget(0, 0)));
  EXPECT_EQ(scene.Play({Fail(Failure::kInvalidRequest, 400)}), "a REFUSED_BY_PROVIDER");
}

TEST(RetryBudgetPolicyTest, SameTargetRetriesArePaidToo) {
  Scene scene(Spec(Failover({"a", "b"}), Budget(0, 2)));
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a a SERVED");
  EXPECT_EQ(scene.Play({Http500(), Http500()}), "a sleep a RETRY_BUDGET_SPENT");
  EXPECT_EQ(scene.Play({Reset()}), "a RETRY_BUDGET_SPENT");
  EXPECT_EQ(scene.Play({Http500()}), "a RETRY_BUDGET_SPENT");
  Scene alone(Spec(LeafOf("a"), Budget(0, 0)));
  EXPECT_EQ(alone.Play({Reset()}), "a ALL_TARGETS_FAILED");
}

TEST(RetryBudgetPolicyTest, WhatIsSpentDuringAPauseIsSpent) {
  Scene scene(Spec(Failover({"a", "b"}), Budget(0, 1)));
  Call sleeper = scene.Start();
  ASSERT_EQ(sleeper.Fail(Http500()), "sleep");
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(sleeper.Wake(), "RETRY_BUDGET_SPENT");
  EXPECT_EQ(sleeper.report().code, StatusCode::kUnavailable);
}

TEST(RetryBudgetPolicyTest, AnAttemptThatIsNotMadeTakesNoTurn) {
  const TableSpec::Node root = Failover({LeafOf("a"), RoundRobin({"b", "c"})});
  Scene scene(Spec(root, Budget(0, 1)));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  ASSERT_EQ(scene.Play({Http503()}), "a RETRY_BUDGET_SPENT");
  scene.router.Replace(Spec(root, Budget(0, 3)));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a c SERVED");
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
}

TEST(RetryBudgetPolicyTest, TwoFurtherAttemptsOfACallCostTwo) {
  Scene scene(Spec(Failover({"a", "b", "c"}), Budget(0, 3)));
  EXPECT_EQ(scene.Play({Http503(), Http503(), kOk}), "a b c SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503()}), "a b RETRY_BUDGET_SPENT");
}

TEST(RetryBudgetPolicyTest, EachPolicyAndEnvironmentHasItsOwn) {
  TableSpec spec = Spec(Failover({"a", "b"}), Budget(0, 1));
  for (const char* model : {"claude", "mistral"}) {
    spec.policies.push_back(spec.policies.front());
    spec.policies.back().name = spec.policies.back().model = model;
  }
  spec.policies.back().settings.retry_budget.reset();
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().environment = Environment::kSandbox;
  Scene scene(spec);
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  ASSERT_EQ(scene.Play({Http503()}), "a RETRY_BUDGET_SPENT");
  EXPECT_EQ(scene.Start(kNever, "claude").Fail(Http503()), "b");
  EXPECT_EQ(scene.Start(kNever, "claude").Fail(Http503()), "RETRY_BUDGET_SPENT");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(scene.Start(kNever, "mistral").Fail(Http503()), "b");
  auto plan = scene.router.Begin("gpt", Environment::kSandbox, scene.now, kNever);
  scene.router.On(*plan, Started(), scene.now);
  EXPECT_TRUE(std::holds_alternative<Try>(scene.router.On(*plan, Failed{Http503()}, scene.now)));
}

TEST(RetryBudgetReloadTest, WhatIsOwedOutlivesAReloadAndTheNewRulesHoldAtOnce) {
  const TableSpec::Node root = Failover({"a", "b"});
  Scene scene(Spec(root, Budget(0, 2)));
  for (int i = 0; i < 2; ++i) ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.router.Replace(Spec(root, Budget(0, 2)));
  EXPECT_EQ(scene.Play({Http503()}), "a RETRY_BUDGET_SPENT");
  scene.router.Replace(Spec(root, Budget(0, 3)));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Play({Http503()}), "a RETRY_BUDGET_SPENT");
  scene.router.Replace(Spec(root));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
}

TEST(RetryBudgetReloadTest, ALowerPercentCapsWhatWasSavedUnderTheHigher) {
  RetryBudget budget;
  for (int i = 0; i < 1000; ++i) budget.OnCall({100, 0});
  ASSERT_EQ(Spendable(budget, {100, 0}), 1000);
  budget.OnCall({10, 0});
  EXPECT_EQ(Spendable(budget, {10, 0}), 100);
}

TEST(RetryBudgetReloadTest, ACallOnTheOldTableStillKeepsToTheOldRules) {
  const TableSpec::Node root = Failover({"a", "b"});
  Scene scene(Spec(root, Budget(0, 0)));
  Call old = scene.Start();
  scene.router.Replace(Spec(root, Budget(0, 9)));
  EXPECT_EQ(old.Fail(Http503()), "RETRY_BUDGET_SPENT");
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
}

}  // namespace
}  // namespace spillway::router
