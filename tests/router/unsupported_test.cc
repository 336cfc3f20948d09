// Targets that cannot do what a request asks for: the codec's word, heard before anything is sent.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

TEST(UnsupportedTest, TheNextTargetIsTriedAndTheTraceSaysWhy) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  Call call = scene.Start();
  EXPECT_EQ(call.Refuse("n is more than Anthropic can do"), "b");
  EXPECT_EQ(call.Ok(), "SERVED");
  ASSERT_EQ(call.report().attempts.size(), 1U) << "nothing was sent to the first";
  ASSERT_EQ(call.report().skipped.size(), 1U);
  EXPECT_EQ(call.report().skipped[0].reason, SkipReason::kUnsupported);
  EXPECT_EQ(call.report().skipped[0].detail, "n is more than Anthropic can do");
}

TEST(UnsupportedTest, HarmsNobody) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  Call call = scene.Start();
  call.Refuse();
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
  EXPECT_EQ(scene.View("a").in_flight, 0U);
  EXPECT_EQ(scene.View("a").fails, 0U);
  EXPECT_EQ(scene.Start().step(), "a");
}

TEST(UnsupportedTest, NowhereToGoIsTheRequestsFault) {
  Scene scene(Spec(Failover({"a", "b"})));
  Call call = scene.Start();
  ASSERT_EQ(call.Refuse(), "b");
  EXPECT_EQ(call.Refuse(), "ALL_TARGETS_UNSUPPORTED");
  EXPECT_EQ(call.report().code, StatusCode::kInvalidArgument);
  EXPECT_FALSE(call.report().retry_after);
  EXPECT_TRUE(call.report().attempts.empty());
}

TEST(UnsupportedTest, ASuspendedTargetThatMightHaveServedMakesItATemporaryTrouble) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "b");
  EXPECT_EQ(call.Refuse(), "ALL_TARGETS_SUSPENDED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
  EXPECT_EQ(call.report().retry_after, Duration(seconds(30)));
}

TEST(UnsupportedTest, WhatACallTriedBeforeDecidesItsEnd) {
  Scene scene(Spec(Failover({"a", "b"})));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http429()), "b");
  EXPECT_EQ(call.Refuse(), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kResourceExhausted);
}

TEST(UnsupportedTest, TheLastResortIsOneThatCanServe) {
  Scene scene(Spec(Failover({"a", "b"}), LeastBad(Remembering(seconds(30)))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "b");
  EXPECT_EQ(call.Refuse(), "a (last resort)");
  EXPECT_EQ(call.Refuse(), "ALL_TARGETS_UNSUPPORTED") << "the last resort cannot either, and is asked once";
}

TEST(UnsupportedTest, AProbeThatWasNotMadeLeavesTheTargetToTheNextCall) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "a (probe)");
  EXPECT_EQ(call.Refuse(), "b");
  EXPECT_EQ(scene.Start().step(), "a (probe)");
}

TEST(UnsupportedTest, CostsNeitherARetryNorTheBudget) {
  Settings settings = Budget(0, 1);
  settings.retries = 1;
  Scene scene(Spec(Failover({"a", "b", "c"}), settings));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http503()), "b");
  EXPECT_EQ(call.Refuse(), "c") << "the one retry and the one attempt of the budget are there still";
  EXPECT_EQ(call.Fail(Http503()), "ALL_TARGETS_FAILED");
}

TEST(UnsupportedTest, NothingIsTriedBeyondTheDeadline) {
  Scene scene(Spec(Failover({"a", "b"})));
  Call call = scene.Start(scene.now + seconds(1));
  scene.Pass(seconds(1));
  EXPECT_EQ(call.Refuse(), "DEADLINE_EXCEEDED");
}

TEST(UnsupportedTest, TheSlotItHeldIsFree) {
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")})));
  Call call = scene.Start();
  ASSERT_EQ(call.Refuse(), "b");
  EXPECT_EQ(scene.Start().step(), "a");
}

TEST(UnsupportedTest, InATreeTheRestOfTheSubtreeComesFirst) {
  Scene scene(Spec(Failover({Failover({"a", "b"}), LeafOf("c")})));
  Call call = scene.Start();
  ASSERT_EQ(call.Refuse(), "b");
  ASSERT_EQ(call.Refuse(), "c");
  EXPECT_EQ(call.Ok(), "SERVED");
}

}  // namespace
}  // namespace spillway::router
