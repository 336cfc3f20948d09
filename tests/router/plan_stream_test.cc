// Streamed answers: until when a call fails over as if nothing had happened, and what comes after.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

Settings StreamTimeouts(Settings settings = Remembering(seconds(30))) {
  settings.request_timeout = seconds(10);
  settings.first_token_timeout = seconds(5);
  settings.stream_idle_timeout = seconds(2);
  return settings;
}

Settings StreamUnary() {
  Settings settings = StreamTimeouts();
  settings.stream_unary = true;
  return settings;
}

FailedAttempt Truncated() { return Fail(Failure::kTruncated, 200); }

TEST(StreamPlanTest, AStreamedAttemptIsBoundedByItsTokensAndTheCallersDeadline) {
  Scene scene(Spec(Failover({Within(seconds(1), LeafOf("a"))}), StreamTimeouts()));
  const Try attempt = scene.StartStream(kStart + seconds(100)).attempt();
  EXPECT_TRUE(attempt.streamed);
  EXPECT_EQ(attempt.deadline, kStart + seconds(100)) << "request_timeout bounds whole answers only";
  EXPECT_EQ(attempt.on_timeout, Failure::kDeadline);
  EXPECT_EQ(attempt.first_token_timeout, seconds(5));
  EXPECT_EQ(attempt.stream_idle_timeout, seconds(2));
  EXPECT_EQ(scene.StartStream().attempt().deadline, kNever);
}

TEST(StreamPlanTest, TotalTimeoutBoundsAStreamToo) {
  Settings settings = StreamTimeouts();
  settings.total_timeout = seconds(7);
  Scene scene(Spec(Failover({"a"}), settings));
  EXPECT_EQ(scene.StartStream().attempt().deadline, kStart + seconds(7));
  EXPECT_EQ(scene.StartResettable(kStart + seconds(3)).attempt().deadline, kStart + seconds(3));
}

TEST(StreamPlanTest, AWholeAnswerIsStreamedOnlyIfThePolicySaysSo) {
  Scene plain(Spec(Failover({"a"}), StreamTimeouts()));
  EXPECT_FALSE(plain.Start().attempt().streamed);
  Scene scene(Spec(Failover({"a"}), StreamUnary()));
  const Try attempt = scene.Start(kStart + seconds(100)).attempt();
  EXPECT_TRUE(attempt.streamed);
  EXPECT_EQ(attempt.deadline, kStart + seconds(10)) << "request_timeout bounds every whole answer";
  EXPECT_EQ(attempt.on_timeout, Failure::kTimeout);
  EXPECT_EQ(attempt.first_token_timeout, seconds(5));
}

TEST(StreamPlanTest, BeforeItsFirstTokenAStreamFailsOverLikeAnyCall) {
  Scene scene(Spec(Failover({"a", "b", "c"}), StreamTimeouts()));
  Call call = scene.StartStream();
  EXPECT_EQ(call.Fail(Fail(Failure::kFirstTokenTimeout)), "b");
  EXPECT_EQ(call.Fail(Truncated()), "c");
  EXPECT_EQ(call.Token(), "go on");
  EXPECT_EQ(call.Ok(), "SERVED");
  EXPECT_EQ(call.report().code, absl::StatusCode::kOk);
  EXPECT_EQ(scene.Transitions(), "a suspended, b suspended");
}

TEST(StreamPlanTest, TheFirstTokenIsRecordedWithItsAttempt) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call call = scene.StartStream();
  scene.Pass(seconds(1));
  call.Fail(Http503());
  scene.Pass(seconds(2));
  call.Token();
  scene.Pass(seconds(4));
  call.Ok();
  ASSERT_EQ(call.report().attempts.size(), 2U);
  EXPECT_FALSE(call.report().attempts[0].first_token);
  EXPECT_EQ(call.report().attempts[1].first_token, kStart + seconds(3));
  EXPECT_EQ(call.report().attempts[1].end, kStart + seconds(7));
}

TEST(StreamPlanTest, AfterItsFirstTokenAStreamThatFailsIsBroken) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call call = scene.StartStream();
  call.Token();
  EXPECT_EQ(call.Fail(Truncated()), "STREAM_BROKEN");
  EXPECT_EQ(call.report().code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(call.report().last_attempt()->failed->failure, Failure::kTruncated);
  EXPECT_EQ(scene.Transitions(), "a suspended") << "health hears of it as of any failure";
}

TEST(StreamPlanTest, ABrokenStreamHasTheCodeAndTheHintOfItsFailure) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call call = scene.StartStream();
  call.Token();
  EXPECT_EQ(call.Fail(Fail(Failure::kRateLimited, 200, seconds(9))), "STREAM_BROKEN");
  EXPECT_EQ(call.report().code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(call.report().retry_after, seconds(9));
}

TEST(StreamPlanTest, WhatThePolicyDoesNotCallAFailureIsNotHeldAgainstTheTargetOfABrokenStream) {
  Scene scene(Spec(Failover({"a", "b"}), FailOnExactly({"429"}, StreamTimeouts())));
  Call call = scene.StartStream();
  call.Token();
  EXPECT_EQ(call.Fail(Truncated()), "STREAM_BROKEN");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(StreamPlanTest, ARequestsOwnFaultAfterATokenBreaksTheStreamAndHarmsNobody) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call call = scene.StartStream();
  call.Token();
  EXPECT_EQ(call.Fail(Fail(Failure::kContentFilter, 200)), "STREAM_BROKEN");
  EXPECT_EQ(call.report().code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(StreamPlanTest, AResettableStreamFailsOverAfterATokenToo) {
  Scene scene(Spec(Failover({"a", "b", "c"}), StreamTimeouts()));
  Call call = scene.StartResettable();
  call.Token();
  EXPECT_EQ(call.Fail(Truncated()), "b");
  EXPECT_EQ(call.Fail(Http503()), "c");
  call.Token();
  EXPECT_EQ(call.Ok(), "SERVED");
  EXPECT_EQ(scene.Transitions(), "a suspended, b suspended");
}

TEST(StreamPlanTest, AResettableStreamThatNobodyCanEndHasFailedEverywhere) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call call = scene.StartResettable();
  call.Token();
  call.Fail(Truncated());
  call.Token();
  EXPECT_EQ(call.Fail(Fail(Failure::kStalled)), "ALL_TARGETS_FAILED");
}

TEST(StreamPlanTest, AWholeAnswerOverAStreamFailsOverAtAnyTime) {
  Scene scene(Spec(Failover({"a", "b"}), StreamUnary()));
  Call call = scene.Start();
  call.Token();
  EXPECT_EQ(call.Fail(Fail(Failure::kStalled, 200)), "b");
  EXPECT_EQ(call.Ok(), "SERVED");
}

TEST(StreamPlanTest, WhatHasReachedTheCallerIsNotTriedAgainAtTheSameTarget) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call before = scene.StartStream();
  EXPECT_EQ(before.Fail(Http500()), "sleep");
  EXPECT_EQ(before.Wake(), "a");
  EXPECT_EQ(before.Ok(), "SERVED");
  Call after = scene.StartResettable();
  after.Token();
  EXPECT_EQ(after.Fail(Http500()), "b");
  Scene whole(Spec(Failover({"a", "b"}), StreamUnary()));
  Call unseen = whole.Start();
  unseen.Token();
  EXPECT_EQ(unseen.Fail(Http500()), "sleep");
}

TEST(StreamPlanTest, ADeadlineOrACancelInMidStreamIsNoBreak) {
  Scene scene(Spec(Failover({"a", "b"}), StreamTimeouts()));
  Call late = scene.StartStream(kStart + seconds(4));
  late.Token();
  scene.Pass(seconds(4));
  EXPECT_EQ(late.Fail(Fail(Failure::kDeadline)), "DEADLINE_EXCEEDED");
  Call left = scene.StartStream();
  left.Token();
  EXPECT_EQ(left.Cancel(), "CANCELLED");
  EXPECT_EQ(scene.Transitions(), "");
}

// a is due back.
Scene DueBack(Settings settings = StreamTimeouts()) {
  Scene scene(Spec(Failover({"a", "b"}), settings));
  scene.Start().Fail(Http503());
  scene.Pass(seconds(30));
  return scene;
}

TEST(StreamProbeTest, IsWaitedForUntilItsFirstTokenIsDue) {
  Scene scene = DueBack();
  Call probe = scene.StartStream();
  ASSERT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(scene.Left("a"), seconds(6));
  scene.Pass(seconds(6));
  EXPECT_EQ(scene.StartStream().step(), "a (probe)") << "the first is taken for lost";
}

TEST(StreamProbeTest, ItsFirstTokenGivesItTheTimeOfAWholeAnswer) {
  Scene scene = DueBack();
  Call probe = scene.StartStream();
  scene.Pass(seconds(5));
  probe.Token();
  EXPECT_EQ(scene.Left("a"), minutes(10) + seconds(1));
  scene.Pass(minutes(9));
  EXPECT_EQ(scene.StartStream().step(), "b");
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(StreamProbeTest, IsNotWaitedForBeyondItsCallsDeadline) {
  Scene scene = DueBack();
  Call probe = scene.StartStream(scene.now + seconds(20));
  probe.Token();
  EXPECT_EQ(scene.Left("a"), seconds(21));
  Scene whole = DueBack(StreamUnary());
  Call unary = whole.Start();
  whole.Pass(seconds(3));
  unary.Token();
  EXPECT_EQ(whole.Left("a"), seconds(8)) << "request_timeout and a moment";
}

TEST(StreamProbeTest, ATokenOfALostOneIsNoNews) {
  Scene scene = DueBack();
  Call lost = scene.StartStream();
  scene.Pass(seconds(6));
  Call next = scene.StartStream();
  ASSERT_EQ(next.step(), "a (probe)");
  lost.Token();
  EXPECT_EQ(scene.Left("a"), seconds(6));
}

TEST(StreamProbeTest, ABreakAfterItsFirstTokenSuspendsForTwiceAsLong) {
  Scene scene = DueBack();
  Call probe = scene.StartStream();
  probe.Token();
  EXPECT_EQ(probe.Fail(Truncated()), "STREAM_BROKEN");
  EXPECT_EQ(scene.Left("a"), seconds(60));
}

}  // namespace
}  // namespace spillway::router
