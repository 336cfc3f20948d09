// Targets that have as many calls as they may have: who takes the next, and how calls end when nobody does.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

TEST(SaturatedTest, WhenAllAreFullTheCallIsTurnedAway) {
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), AtMost(1, LeafOf("b"))})));
  Call first = scene.Start();
  Call second = scene.Start();
  ASSERT_EQ(second.step(), "b");
  Call third = scene.Start();
  EXPECT_EQ(third.step(), "ALL_TARGETS_SATURATED");
  EXPECT_EQ(third.report().code, StatusCode::kResourceExhausted);
  EXPECT_FALSE(third.report().retry_after) << "nobody knows how long the others take";
  EXPECT_TRUE(third.report().attempts.empty());
  EXPECT_EQ(third.report().skipped.size(), 2U);
  second.Ok();
  EXPECT_EQ(scene.Start().step(), "b");
}

TEST(SaturatedTest, IsTheVerdictIfAnyThatIsNotSuspendedIsFull) {
  Scene scene(Spec(Failover({LeafOf("a"), AtMost(1, LeafOf("b"))}), LeastBad(Remembering(seconds(30)))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  Call busy = scene.Start();
  ASSERT_EQ(busy.step(), "b");
  // Not even the least bad: a healthy one will be free in a moment.
  EXPECT_EQ(scene.Start().step(), "ALL_TARGETS_SATURATED");
  busy.Fail(Http503());
  EXPECT_EQ(scene.Start().step(), "a (last resort)");
}

TEST(SaturatedTest, WhatACallTriedBeforeDecidesItsEnd) {
  Scene scene(Spec(Failover({LeafOf("a"), AtMost(1, LeafOf("b"))})));
  Call busy = scene.Start();
  ASSERT_EQ(busy.Fail(Http503()), "b");
  Call call = scene.Start();
  EXPECT_EQ(call.Fail(Http429()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kResourceExhausted);
  ASSERT_EQ(call.report().skipped.size(), 1U);
  EXPECT_EQ(call.report().skipped[0].reason, SkipReason::kSaturated);
}

TEST(SaturatedTest, ALastResortKeepsToTheLimit) {
  Scene scene(
      Spec(Failover({AtMost(1, LeafOf("a")), AtMost(1, LeafOf("b"))}), LeastBad(Remembering(seconds(30)))));
  ASSERT_EQ(scene.Play({Http503(), Http429(minutes(1))}), "a b ALL_TARGETS_FAILED");
  Call first = scene.Start();
  Call second = scene.Start();
  EXPECT_EQ(first.step(), "a (last resort)");
  EXPECT_EQ(second.step(), "b (last resort)");
  EXPECT_EQ(scene.Start().step(), "ALL_TARGETS_SUSPENDED");
}

TEST(SaturatedTest, ATargetThatIsDueButFullIsNotProbedYet) {
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")}), Remembering(seconds(30))));
  Call slow = scene.Start();
  ASSERT_EQ(slow.step(), "a");
  scene.router.Suspend("a", "m", scene.now + seconds(30), scene.now);
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Start().step(), "b");
  slow.Ok();
  EXPECT_EQ(scene.Start().step(), "a (probe)");
}

TEST(SaturatedTest, TheTurnOfOneThatIsFullFallsOnTheNextAndTheOrderStays) {
  Scene scene(Spec(RoundRobin({LeafOf("a"), AtMost(1, LeafOf("b")), LeafOf("c")})));
  ASSERT_EQ(scene.Turns(1), "a");
  Call busy = scene.Start();
  ASSERT_EQ(busy.step(), "b");
  EXPECT_EQ(scene.Turns(5), "c a c a c");
  busy.Ok();
  EXPECT_EQ(scene.Turns(3), "a b c");
}

TEST(SaturatedTest, TheShareOfOneThatIsFullGoesToTheOthers) {
  Scene scene(
      Spec(Weighted({Share(5, AtMost(1, LeafOf("a"))), Share(3, LeafOf("b")), Share(2, LeafOf("c"))})));
  Call busy = scene.Start();
  ASSERT_EQ(busy.step(), "a");
  EXPECT_EQ(scene.Counts(50), "b 30, c 20");
}

TEST(SaturatedTest, ANewLimitHoldsAtOnceForWhatIsUnderWay) {
  Scene scene(Spec(Failover({LeafOf("a"), LeafOf("b")})));
  std::vector<Call> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(scene.Start());
  scene.router.Replace(Spec(Failover({AtMost(2, LeafOf("a")), LeafOf("b")})));
  EXPECT_EQ(scene.Start().step(), "b");
  calls[0].Ok();
  EXPECT_EQ(scene.Start().step(), "b");
  calls[1].Ok();
  EXPECT_EQ(scene.Start().step(), "a");
}

}  // namespace
}  // namespace spillway::router
