#include "server/trace.h"

#include <gtest/gtest.h>

#include "tests/server/played_call.h"

namespace spillway::server {
namespace {

using router::Failure;

v1::RouteTrace Trace(const router::CallReport& report, const std::string& model, const WallClock& clock) {
  v1::RouteTrace trace;
  FillTrace(report, model, clock, trace);
  return trace;
}

WallClock ClockAt(router::Instant now) {
  return WallClock(now, std::chrono::system_clock::time_point(seconds(1'700'000'000)));
}

router::Settings Remembering() {
  router::Settings settings;
  settings.health.suspend_duration = seconds(30);
  return settings;
}

TEST(TraceTest, EveryFailureHasItsNumber) {
  for (const router::FailureTraits& traits : router::AllFailureTraits()) {
    const std::string name = v1::Failure_Name(ToProto(traits.failure));
    std::string expected = "FAILURE_";
    for (const char c : traits.name) expected += static_cast<char>(std::toupper(c));
    EXPECT_EQ(name, expected);
  }
}

TEST(TraceTest, AStreamedAttemptTellsWhenItsFirstTokenCame) {
  PlayedCalls calls;
  const router::CallReport report = calls.PlayStream(
      {PlayedCalls::Fails(Failure::kOverloaded, 503), router::FirstToken{}, router::Succeeded{}});
  const v1::RouteTrace trace = Trace(report, "gpt-4o", ClockAt(calls.now()));
  ASSERT_EQ(trace.attempts_size(), 2);
  EXPECT_FALSE(trace.attempts(0).has_first_token_latency());
  EXPECT_EQ(FromProto(trace.attempts(1).first_token_latency()), milliseconds(10));
  EXPECT_EQ(FromProto(trace.attempts(1).latency()), milliseconds(20));
}

TEST(TraceTest, AServedCallNamesItsTargetAndEveryAttemptBefore) {
  PlayedCalls calls(Remembering());
  router::FailedAttempt failed = FailedWith(Failure::kRateLimited, 429, "slow down");
  failed.provider_code = "rate_limit_exceeded";
  failed.retry_after = seconds(20);
  const router::CallReport report = calls.Play({PlayedCalls::Fails(failed), router::Succeeded{}});
  const v1::RouteTrace trace = Trace(report, "gpt-4o", ClockAt(calls.now()));
  EXPECT_EQ(trace.policy(), "chat");
  EXPECT_EQ(trace.served_by().provider(), "azure");
  EXPECT_EQ(trace.served_by().endpoint(), "eu");
  EXPECT_EQ(trace.served_by().model(), "gpt-4o-mini");
  ASSERT_EQ(trace.attempts_size(), 2);
  const v1::Attempt& first = trace.attempts(0);
  EXPECT_EQ(first.target().endpoint(), "prod");
  EXPECT_EQ(first.failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_EQ(first.http_status(), 429);
  EXPECT_EQ(first.message(), "slow down");
  EXPECT_EQ(first.provider_code(), "rate_limit_exceeded");
  EXPECT_EQ(FromProto(first.retry_after()), seconds(20));
  EXPECT_EQ(FromProto(first.latency()), milliseconds(10));
  EXPECT_EQ(trace.attempts(1).failure(), v1::FAILURE_UNSPECIFIED);
  EXPECT_EQ(trace.attempts(1).http_status(), 200);
  EXPECT_FALSE(trace.attempts(1).has_retry_after());
}

TEST(TraceTest, AFailedCallIsServedByNobody) {
  PlayedCalls calls;
  const router::CallReport report = calls.Play({PlayedCalls::Fails(Failure::kInvalidRequest, 400)});
  EXPECT_FALSE(Trace(report, "gpt-4o", ClockAt(calls.now())).has_served_by());
}

TEST(TraceTest, ASkippedTargetSaysWhyAndUntilWhen) {
  PlayedCalls calls(Remembering());
  calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  const WallClock clock = ClockAt(calls.now() - milliseconds(10));  // When the first attempt failed.
  const v1::RouteTrace trace = Trace(calls.Play({router::Succeeded{}}), "gpt-4o", clock);
  ASSERT_EQ(trace.skipped_size(), 1);
  EXPECT_EQ(trace.skipped(0).target().endpoint(), "prod");
  EXPECT_EQ(trace.skipped(0).reason(), "suspended");
  EXPECT_EQ(trace.skipped(0).failure(), v1::FAILURE_OVERLOADED);
  EXPECT_EQ(trace.skipped(0).suspended_until().seconds(), 1'700'000'030);
}

TEST(TraceTest, AProbeIsMarked) {
  PlayedCalls calls(Remembering());
  calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  calls.Advance(seconds(31));
  const v1::RouteTrace trace = Trace(calls.Play({router::Succeeded{}}), "gpt-4o", ClockAt(calls.now()));
  ASSERT_EQ(trace.attempts_size(), 1);
  EXPECT_TRUE(trace.attempts(0).probe());
}

TEST(TraceTest, TheSuspensionByHandForGoodHasNoEnd) {
  PlayedCalls calls;
  calls.router().Suspend("prod", "gpt-4o", router::kNever, calls.now());
  const v1::RouteTrace trace = Trace(calls.Play({router::Succeeded{}}), "gpt-4o", ClockAt(calls.now()));
  ASSERT_EQ(trace.skipped_size(), 1);
  EXPECT_FALSE(trace.skipped(0).has_suspended_until());
  EXPECT_EQ(trace.skipped(0).failure(), v1::FAILURE_UNSPECIFIED);
  const v1::TargetStatus status = StatusOf(calls.router().Targets(calls.now())[0], ClockAt(calls.now()));
  EXPECT_EQ(status.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_TRUE(status.by_hand());
  EXPECT_FALSE(status.has_suspended_until());
}

TEST(TraceTest, ThePrimaryEndpointGoesByTheModelAskedFor) {
  PlayedCalls calls;
  const v1::RouteTrace trace =
      Trace(calls.Play({router::Succeeded{}}, "llama"), "llama", ClockAt(calls.now()));
  EXPECT_EQ(trace.policy(), "");
  EXPECT_EQ(trace.served_by().endpoint(), "prod");
  EXPECT_EQ(trace.served_by().model(), "llama");
}

TEST(TraceTest, ATargetsStandingIsWhole) {
  router::Settings settings = Remembering();
  settings.health.max_fails = 3;
  PlayedCalls calls(settings);
  calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  v1::TargetStatus status = StatusOf(calls.router().Targets(calls.now())[0], ClockAt(calls.now()));
  EXPECT_EQ(status.state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(status.fails(), 1);
  EXPECT_FALSE(status.has_suspended_until());
  for (int i = 0; i < 2; ++i)
    calls.Play({PlayedCalls::Fails(Failure::kOverloaded, 503), router::Succeeded{}});
  status = StatusOf(calls.router().Targets(calls.now())[0], ClockAt(calls.now()));
  EXPECT_EQ(status.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(status.failure(), v1::FAILURE_OVERLOADED);
  EXPECT_EQ(status.suspensions_in_a_row(), 1);
  EXPECT_FALSE(status.by_hand());
}

}  // namespace
}  // namespace spillway::server
