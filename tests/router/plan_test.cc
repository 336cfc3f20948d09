// Which target is next. Retries of the same one: plan_retry_test.cc; limits: plan_budget_test.cc and
// plan_deadline_test.cc; how calls end: plan_verdict_test.cc.
#include "router/plan.h"

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

TEST(FailoverTest, TheFirstTargetServesAsLongAsItCan) {
  Scene scene(Spec(Failover({"a", "b"})));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(scene.Play({kOk}), "a SERVED");
}

TEST(FailoverTest, RateLimitedSpillsToTheNextTargetAtOnce) {
  Scene scene(Spec(Failover({"a", "b"})));
  EXPECT_EQ(scene.Play({Http429(minutes(1)), kOk}), "a b SERVED");
  EXPECT_EQ(scene.now, kStart);
}

TEST(FailoverTest, EveryFailureThatSpillsGoesOnToTheNextAndEveryOtherReturnsAtOnce) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    if (traits.failure == Failure::kCancelled || traits.failure == Failure::kDeadline) continue;
    Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
    Call call = scene.Start();
    EXPECT_EQ(call.Fail(Fail(traits.failure)), traits.spills ? "b" : "REFUSED_BY_PROVIDER") << traits.name;
    EXPECT_EQ(scene.StateOf("a"), traits.spills ? TargetState::kSuspended : TargetState::kAvailable)
        << traits.name;
  }
}

TEST(FailoverTest, TargetsAreTriedInTheOrderTheyAreWrittenHoweverNested) {
  Scene scene(Spec(Failover({Failover({"a", "b"}), LeafOf("c"), Failover({Failover({"d"}), LeafOf("e")})})));
  EXPECT_EQ(scene.Play({Http503(), Http503(), Http503(), Http503(), kOk}), "a b c d e SERVED");
}

TEST(FailoverTest, SuspendedTargetsAreLeftOutOfEveryLevel) {
  Scene scene(Spec(Failover({Failover({"a", "b"}), LeafOf("c"), LeafOf("d")})));
  for (const char* name : {"a", "c"}) scene.router.Suspend(name, "m", kNever, scene.now);
  Call call = scene.Start();
  EXPECT_EQ(call.step(), "b");
  EXPECT_EQ(call.Fail(Http503()), "d");
  EXPECT_EQ(call.Ok(), "SERVED");
  ASSERT_EQ(call.report().skipped.size(), 2U);
  EXPECT_EQ(call.report().skipped[0].leaf, 0U);
  EXPECT_EQ(call.report().skipped[0].view.until, kNever);
  EXPECT_EQ(call.report().skipped[1].leaf, 2U);
}

TEST(FailoverTest, ATargetThatComesBackMeanwhileIsTriedAfterAll) {
  Scene scene(Spec(Failover({"a", "b"})));
  scene.router.Suspend("a", "m", kNever, scene.now);
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "b");
  scene.router.Resume("a", "m", scene.now);
  EXPECT_EQ(call.Fail(Http503()), "a");
}

TEST(FailoverTest, ATargetSuspendedByTheCallItselfIsNotTriedUnderAnotherPath) {
  TableSpec::Node again = LeafOf("a");
  again.settings.path = "/elsewhere";
  {
    Scene scene(Spec(Failover({LeafOf("a"), again, LeafOf("b")}), Remembering(seconds(30))));
    EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  }
  Scene forgetful(Spec(Failover({LeafOf("a"), again, LeafOf("b")})));
  EXPECT_EQ(forgetful.Play({Http503(), kOk}), "a a SERVED");
}

TEST(FailoverTest, RoutesOfManyLeavesTryEachOnce) {
  // 64 leaves fill a word of the plan's memory, 1,024 all it has without an allocation.
  for (const std::size_t count : {1U, 63U, 64U, 65U, 1024U, 1025U}) {
    std::vector<TableSpec::Node> leaves;
    for (std::size_t i = 0; i < count; ++i) leaves.push_back(LeafOf("t" + std::to_string(i)));
    Scene scene(Spec(Failover(std::move(leaves))));
    Call call = scene.Start();
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(call.step(), "t" + std::to_string(i));
      call.Fail(Http503());
    }
    EXPECT_EQ(call.step(), "ALL_TARGETS_FAILED");
    EXPECT_EQ(call.report().attempts.size(), count);
  }
}

TEST(FailoverTest, TheSecondRouteOfATableHasItsOwnLeaves) {
  TableSpec spec = Spec(Failover({"a", "b"}));
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().model = "claude";
  spec.policies.back().root = Failover({"b", "c"});
  Scene scene(spec);
  Call call = scene.Start(kNever, "claude");
  EXPECT_EQ(call.step(), "b");
  EXPECT_EQ(call.attempt().leaf, 2U);
  EXPECT_EQ(call.Fail(Http503()), "c");
  EXPECT_EQ(call.Fail(Http503()), "ALL_TARGETS_FAILED");
}

TEST(FailOnPolicyTest, WhatAnExplicitListLeavesOutReturnsAndHarmsNobody) {
  Settings settings = Remembering(seconds(30));
  std::string bad_word;
  settings.fail_on = *FailOn::Parse({"429"}, &bad_word);
  Scene scene(Spec(Failover({"a", "b"}), settings));
  Call call = scene.Start();
  // Not even the same-target retry of a lone 500: the policy does not call it a failure.
  EXPECT_EQ(call.Fail(Http500()), "REFUSED_BY_PROVIDER");
  EXPECT_EQ(call.report().code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(scene.Play({Fail(Failure::kCredentials, 401)}), "a REFUSED_BY_PROVIDER");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
  EXPECT_EQ(scene.Play({Http429(), kOk}), "a b SERVED");
}

TEST(FailOnPolicyTest, AContentFilterSpillsWhenNamedButStillHarmsNobody) {
  Settings settings = Remembering(seconds(30));
  std::string bad_word;
  settings.fail_on = *FailOn::Parse({"content_filter"}, &bad_word);
  Scene scene(Spec(Failover({"a", "b"}), settings));
  EXPECT_EQ(scene.Play({Fail(Failure::kContentFilter, 400), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(LeastBadTest, TheOneDueBackSoonestIsTriedWhenAllAreSuspended) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  ASSERT_EQ(scene.Play({Http429(minutes(1)), Http503()}), "a b ALL_TARGETS_FAILED");
  Call call = scene.Start();
  EXPECT_EQ(call.step(), "b (last resort)");
  // Its failure is no news, and there is no second last resort.
  EXPECT_EQ(call.Fail(Http503(minutes(5))), "ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Left("b"), seconds(30));
  EXPECT_EQ(scene.View("b").suspensions_in_a_row, 1U);
  // Several at once: it is no probe.
  EXPECT_EQ(scene.Start().step(), "b (last resort)");
  // Its success is as good as a probe's.
  EXPECT_EQ(scene.Play({kOk}), "b (last resort) SERVED");
  EXPECT_EQ(scene.StateOf("b"), TargetState::kAvailable);
  EXPECT_EQ(scene.Play({kOk}), "b SERVED");
}

TEST(LeastBadTest, ALastResortIsNotTriedAgainAtTheSameTarget) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  for (const FailedAttempt& failed : {Http500(), Reset()}) {
    Scene scene(Spec(Failover({"a"}), settings));
    ASSERT_EQ(scene.Play({Http503()}), "a ALL_TARGETS_FAILED");
    EXPECT_EQ(scene.Play({failed}), "a (last resort) ALL_TARGETS_FAILED");
  }
}

TEST(LeastBadTest, AnOperatorsWordStands) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  scene.router.Suspend("a", "m", scene.now + seconds(1), scene.now);
  ASSERT_EQ(scene.Play({Http503()}), "b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Start().step(), "b (last resort)");
  scene.router.Suspend("b", "m", kNever, scene.now);
  EXPECT_EQ(scene.Start().step(), "ALL_TARGETS_SUSPENDED");
}

TEST(LeastBadTest, IsNotForACallThatTriedATargetAlready) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  scene.router.Suspend("b", "m", kNever, scene.now);
  EXPECT_EQ(scene.Play({Http503()}), "a ALL_TARGETS_FAILED");
}

TEST(LeastBadTest, ALastResortOfAnEarlierEpochDoesNotReviveTheTarget) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  Scene scene(Spec(Failover({"a"}), settings));
  ASSERT_EQ(scene.Play({Http503()}), "a ALL_TARGETS_FAILED");
  Call slow = scene.Start();
  ASSERT_EQ(slow.step(), "a (last resort)");
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({Http503()}), "a (probe) ALL_TARGETS_FAILED");
  EXPECT_EQ(slow.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
}

}  // namespace
}  // namespace spillway::router
