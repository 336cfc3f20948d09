// Time: one attempt's, all attempts' together, the caller's.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

Settings Timeouts(Duration request, std::optional<Duration> total = {}) {
  Settings settings = Remembering(seconds(30));
  settings.request_timeout = request;
  settings.total_timeout = total;
  return settings;
}

TEST(DeadlineTest, EachAttemptHasTheWholeRequestTimeout) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(seconds(10))));
  Call call = scene.Start();
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(10));
  EXPECT_EQ(call.attempt().on_timeout, Failure::kTimeout);
  scene.Pass(seconds(10));
  ASSERT_EQ(call.Fail(Fail(call.attempt().on_timeout)), "b");
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(20));
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
}

TEST(DeadlineTest, TheCallersDeadlineEndsAnAttemptAndHarmsNobody) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(seconds(10))));
  Call call = scene.Start(kStart + seconds(4));
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(4));
  EXPECT_EQ(call.attempt().on_timeout, Failure::kDeadline);
  scene.Pass(seconds(4));
  EXPECT_EQ(call.Fail(Fail(call.attempt().on_timeout)), "DEADLINE_EXCEEDED");
  EXPECT_EQ(call.report().code, absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(call.report().retry_after);
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(DeadlineTest, OfTwoAtTheSameInstantTheCallersIsToBlame) {
  Scene scene(Spec(Failover({"a"}), Timeouts(seconds(10))));
  EXPECT_EQ(scene.Start(kStart + seconds(10)).attempt().on_timeout, Failure::kDeadline);
  EXPECT_EQ(scene.Start(kStart + seconds(10) + nanoseconds(1)).attempt().on_timeout, Failure::kTimeout);
}

TEST(DeadlineTest, TotalTimeoutBoundsAllAttempts) {
  Scene scene(Spec(Failover({"a", "b", "c"}), Timeouts(seconds(10), seconds(15))));
  Call call = scene.Start();
  EXPECT_EQ(call.attempt().on_timeout, Failure::kTimeout);
  scene.Pass(seconds(10));
  ASSERT_EQ(call.Fail(Fail(Failure::kTimeout)), "b");
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(15));
  EXPECT_EQ(call.attempt().on_timeout, Failure::kDeadline);
}

TEST(DeadlineTest, TheNearerOfTotalTimeoutAndTheCallersDeadlineCounts) {
  Scene scene(Spec(Failover({"a"}), Timeouts(seconds(60), seconds(15))));
  EXPECT_EQ(scene.Start(kStart + seconds(20)).attempt().deadline, kStart + seconds(15));
  EXPECT_EQ(scene.Start(kStart + seconds(5)).attempt().deadline, kStart + seconds(5));
  EXPECT_EQ(scene.Start(kNever).attempt().deadline, kStart + seconds(15));
}

TEST(DeadlineTest, NothingIsTriedAfterIt) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(seconds(10))));
  Call call = scene.Start(kStart + seconds(4));
  scene.Pass(seconds(4));
  EXPECT_EQ(call.Fail(Http503()), "DEADLINE_EXCEEDED");
  // What the target did is still held against it.
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  Call late = scene.Start(kStart + seconds(4));
  EXPECT_EQ(late.step(), "DEADLINE_EXCEEDED");
  EXPECT_TRUE(late.report().attempts.empty());
}

TEST(DeadlineTest, AnInstantBeforeItTheNextTargetIsStillTried) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(seconds(10))));
  Call call = scene.Start(kStart + seconds(4));
  scene.Pass(seconds(4) - nanoseconds(1));
  EXPECT_EQ(call.Fail(Http503()), "b");
}

TEST(DeadlineTest, AnAnswerThatCameLateIsStillAnAnswer) {
  Scene scene(Spec(Failover({"a"}), Timeouts(seconds(10))));
  Call call = scene.Start(kStart + seconds(4));
  scene.Pass(seconds(5));
  EXPECT_EQ(call.Ok(), "SERVED");
}

TEST(DeadlineTest, EndlessTimeoutsDoNotWrapAround) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(Duration::max(), Duration::max())));
  Call call = scene.Start();
  EXPECT_EQ(call.attempt().deadline, kNever);
  scene.Pass(hours(24 * 365));
  EXPECT_EQ(call.Fail(Http500()), "sleep");
  EXPECT_EQ(call.Wake(), "a");
}

TEST(CancelTest, EndsTheCallAndHarmsNobody) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(seconds(10))));
  Call call = scene.Start();
  scene.Pass(seconds(3));
  EXPECT_EQ(call.Cancel(), "CANCELLED");
  EXPECT_EQ(call.report().code, absl::StatusCode::kCancelled);
  ASSERT_EQ(call.report().attempts.size(), 1U);
  EXPECT_EQ(call.report().last_attempt()->failed->failure, Failure::kCancelled);
  EXPECT_EQ(call.report().last_attempt()->end, kStart + seconds(3));
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
  EXPECT_EQ(scene.Transitions(), "");
}

TEST(CancelTest, ReportedByTheAttemptItEndsTheCallJustTheSame) {
  Scene scene(Spec(Failover({"a", "b"}), Timeouts(seconds(10))));
  EXPECT_EQ(scene.Play({Fail(Failure::kCancelled)}), "a CANCELLED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(CancelTest, BeforeAnythingWasTriedThereIsNothingToReport) {
  Scene scene(Spec(Failover({"a"})));
  auto plan = scene.router.Begin("gpt", Environment::kProduction, scene.now, kNever);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(std::holds_alternative<Done>(scene.router.On(*plan, Cancelled(), scene.now)));
  EXPECT_EQ(plan->report().verdict, Verdict::kCancelled);
  EXPECT_EQ(plan->report().last_attempt(), nullptr);
}

}  // namespace
}  // namespace spillway::router
