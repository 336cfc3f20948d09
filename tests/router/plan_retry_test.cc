// Trying the same target again: only a reset connection, or a lone 500.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Premise: failover a, b; failures remembered for 30 s, the second in a row suspends.
class SameTargetTest : public testing::Test {
 protected:
  static Settings TwoFails() {
    Settings settings = Remembering(seconds(30));
    settings.health.max_fails = 2;
    return settings;
  }
  Scene scene{Spec(Failover({"a", "b"}), TwoFails())};
};

TEST_F(SameTargetTest, ALone500IsTriedAgainAfterAShortPause) {
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  EXPECT_EQ(call.Wake(), "a");
  EXPECT_GE(scene.now - kStart, milliseconds(20));
  EXPECT_LE(scene.now - kStart, milliseconds(60));
  EXPECT_EQ(call.Ok(), "SERVED");
  EXPECT_EQ(call.report().attempts.size(), 2U);
}

TEST_F(SameTargetTest, CallsThatFailedTogetherDoNotComeBackTogether) {
  Call one = scene.Start();
  Call other = scene.Start();
  one.Fail(Http500());
  other.Fail(Http500());
  one.Wake();
  const Instant woke = scene.now;
  other.Wake();
  EXPECT_NE(scene.now, woke);
}

TEST_F(SameTargetTest, AResetConnectionIsTriedAgainAtOnce) {
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a a SERVED");
  EXPECT_EQ(scene.now, kStart);
}

TEST_F(SameTargetTest, WhoSaysWhenToComeBackIsNotAskedBefore) {
  EXPECT_EQ(scene.Play({Fail(Failure::kServerError, 500, seconds(30)), kOk}), "a b SERVED");
}

TEST_F(SameTargetTest, AFailureTheRetryMendsIsNotCounted) {
  EXPECT_EQ(scene.Play({Http500(), kOk}), "a sleep a SERVED");
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a a SERVED");
  EXPECT_EQ(scene.View("a").fails, 0U);
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST_F(SameTargetTest, AFailureTheRetryDoesNotMendIsCountedOnce) {
  EXPECT_EQ(scene.Play({Http500(), Http500(), kOk}), "a sleep a b SERVED");
  EXPECT_EQ(scene.View("a").fails, 1U);
}

TEST_F(SameTargetTest, NothingElseIsTriedAgain) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    if (!traits.spills || traits.failure == Failure::kServerError) continue;
    Scene fresh(Spec(Failover({"a", "b"})));
    EXPECT_EQ(fresh.Play({Fail(traits.failure), kOk}), "a b SERVED") << traits.name;
  }
  // Other 5xx, and a refused connection, are no accidents.
  for (const int status : {501, 502, 504, 520, 0}) {
    Scene fresh(Spec(Failover({"a", "b"})));
    EXPECT_EQ(fresh.Play({Fail(Failure::kServerError, status), kOk}), "a b SERVED") << status;
  }
}

TEST_F(SameTargetTest, A500InARunOfFailuresIsNoAccident) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Play({Http500(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
}

TEST_F(SameTargetTest, A500AfterASuccessIsLoneAgain) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  ASSERT_EQ(scene.Play({kOk}), "a SERVED");
  EXPECT_EQ(scene.Play({Http500(), kOk}), "a sleep a SERVED");
}

TEST(SameTargetWindowTest, A500IsLoneAgainOnceTheWindowHasPassed) {
  Settings settings = Remembering(seconds(30));
  settings.health.max_fails = 3;
  settings.health.count_mode = CountMode::kWindow;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(9));
  ASSERT_EQ(scene.Play({Http500(), kOk}), "a b SERVED") << "two within 10 s are a run";
  scene.Pass(seconds(10));
  EXPECT_EQ(scene.Play({Http500(), kOk}), "a sleep a SERVED");
}

TEST_F(SameTargetTest, ATargetSuspendedDuringThePauseIsLeftAlone) {
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  scene.router.Suspend("a", "m", kNever, scene.now);
  EXPECT_EQ(call.Wake(), "b");
}

TEST_F(SameTargetTest, ATargetSuspendedByOthersIsNotTriedAgain) {
  Call call = scene.Start();
  scene.router.Suspend("a", "m", kNever, scene.now);
  EXPECT_EQ(call.Fail(Reset()), "b");
}

TEST_F(SameTargetTest, ACallMayBeCancelledInThePause) {
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  EXPECT_EQ(call.Cancel(), "CANCELLED");
  EXPECT_EQ(call.report().attempts.size(), 1U);
  EXPECT_EQ(call.report().last_attempt()->failed->failure, Failure::kServerError);
}

TEST_F(SameTargetTest, AFailureThatNoRetryCameToMendIsCounted) {
  {
    Call cancelled = scene.Start();
    ASSERT_EQ(cancelled.Fail(Http500()), "sleep");
    EXPECT_EQ(scene.View("a").fails, 0U) << "the verdict waits for the retry";
    EXPECT_EQ(cancelled.Cancel(), "CANCELLED");
    EXPECT_EQ(scene.View("a").fails, 1U);
  }
  ASSERT_EQ(scene.Play({kOk}), "a SERVED");
  {
    Call late = scene.Start(scene.now + milliseconds(100));
    ASSERT_EQ(late.Fail(Http500()), "sleep");
    scene.Pass(milliseconds(100));
    EXPECT_EQ(late.Wake(), "DEADLINE_EXCEEDED");
    EXPECT_EQ(scene.View("a").fails, 1U);
  }
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended) << "the second in a row";
}

TEST(SameTargetUnmendedTest, IsCountedWhenTheBudgetOrThePlaceIsGoneByThen) {
  Settings settings = Budget(0, 1, Remembering(seconds(30)));
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")}), settings));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  Call other = scene.Start();
  ASSERT_EQ(other.step(), "a");
  EXPECT_EQ(call.Wake(), "b") << "the place at a is taken";
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(scene.Left("a"), seconds(30));

  Scene spent(Spec(Failover({"a", "b"}), settings));
  Call poor = spent.Start();
  Call rich = spent.Start();
  ASSERT_EQ(poor.Fail(Http500()), "sleep");
  ASSERT_EQ(rich.Fail(Reset()), "a");
  ASSERT_EQ(rich.Ok(), "SERVED");
  EXPECT_EQ(poor.Wake(), "RETRY_BUDGET_SPENT");
  EXPECT_EQ(spent.StateOf("a"), TargetState::kSuspended);
}

TEST(SameTargetUnmendedTest, IsNoNewsOfATargetThatWasSuspendedMeanwhile) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(call.Wake(), "b");
  EXPECT_EQ(scene.View("a").failure, Failure::kOverloaded);
  EXPECT_EQ(scene.View("a").suspensions_in_a_row, 1U);
  EXPECT_EQ(scene.View("a").until, kStart + seconds(30));
}

TEST(SameTargetUnmendedTest, HasUsedNoRetryOfTheCall) {
  // Three targets, three attempts: the retry that was not made is not a fourth.
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b"), LeafOf("c")})));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  Call other = scene.Start();
  ASSERT_EQ(other.step(), "a");
  ASSERT_EQ(call.Wake(), "b");
  EXPECT_EQ(call.Fail(Http500()), "sleep") << "b may have it";
  EXPECT_EQ(call.Wake(), "b");
  EXPECT_EQ(call.Fail(Http503()), "c");
  EXPECT_EQ(call.Fail(Http503()), "ALL_TARGETS_FAILED");
}

TEST_F(SameTargetTest, ThereIsNoRetryWhenTimeMightRunOutInThePause) {
  {
    Call call = scene.Start(scene.now + milliseconds(60));
    EXPECT_EQ(call.Fail(Http500()), "b");
  }
  Call call = scene.Start(scene.now + milliseconds(60) + nanoseconds(1));
  ASSERT_EQ(call.Ok(), "SERVED");
  Scene fresh(Spec(Failover({"a", "b"})));
  Call in_time = fresh.Start(fresh.now + milliseconds(60) + nanoseconds(1));
  EXPECT_EQ(in_time.Fail(Http500()), "sleep");
  EXPECT_EQ(in_time.Wake(), "a");
}

TEST_F(SameTargetTest, WakingAfterTheDeadlineTriesNothing) {
  Call call = scene.Start(scene.now + milliseconds(100));
  ASSERT_EQ(call.Fail(Http500()), "sleep");
  scene.Pass(milliseconds(100));
  EXPECT_EQ(call.Wake(), "DEADLINE_EXCEEDED");
}

struct Row {
  const char* premise;
  std::uint32_t same_target_retries;
  std::optional<std::uint32_t> retries;
  std::string story;
};

// Two targets that answer every attempt with a reset.
TEST(SameTargetBudgetTest, IsPaidOutOfRetriesButNeverWithTheLastOneTheNextTargetNeeds) {
  const Row rows[] = {
      {"default: on top of one attempt a target", 1, {}, "a a b ALL_TARGETS_FAILED"},
      {"off", 0, {}, "a b ALL_TARGETS_FAILED"},
      {"two a call", 2, {}, "a a a b ALL_TARGETS_FAILED"},
      {"none to pay with", 1, 0, "a ALL_TARGETS_FAILED"},
      {"the one retry is b's", 1, 1, "a b ALL_TARGETS_FAILED"},
      {"one for a, one for b", 1, 2, "a a b ALL_TARGETS_FAILED"},
      {"more than there is use for", 1, 9, "a a b ALL_TARGETS_FAILED"},
      {"the last one stays b's", 5, 3, "a a a b ALL_TARGETS_FAILED"},
      {"what a leaves over", 3, 9, "a a a a b ALL_TARGETS_FAILED"},
  };
  for (const Row& row : rows) {
    Settings settings;
    settings.same_target_retries = row.same_target_retries;
    settings.retries = row.retries;
    Scene scene(Spec(Failover({"a", "b"}), settings));
    Call call = scene.Start();
    std::string story = call.step();
    for (int i = 0; i < 9 && call.report().verdict != Verdict::kAllFailed; ++i) {
      story += " " + call.Fail(Reset());
    }
    EXPECT_EQ(story, row.story) << row.premise;
  }
}

TEST(SameTargetBudgetTest, TheLastTargetMayUseTheLastRetry) {
  Settings settings;
  settings.retries = 1;
  Scene scene(Spec(Failover({"a"}), settings));
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a a SERVED");
  settings.retries = 2;
  Scene two(Spec(Failover({"a", "b"}), settings));
  EXPECT_EQ(two.Play({Http503(), Reset(), kOk}), "a b b SERVED");
}

}  // namespace
}  // namespace spillway::router
