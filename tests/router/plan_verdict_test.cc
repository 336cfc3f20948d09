// How calls end: verdict, code, and when another try may be worth it.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

TEST(VerdictTest, AServedCallReportsEveryAttempt) {
  Scene scene(Spec(Failover({"a", "b"})));
  Call call = scene.Start();
  scene.Pass(seconds(1));
  FailedAttempt failed = Http503();
  failed.message = "no capacity";
  failed.provider_code = "overloaded_error";
  call.Fail(failed);
  scene.Pass(seconds(2));
  call.Ok();
  const CallReport& report = call.report();
  EXPECT_EQ(report.verdict, Verdict::kServed);
  EXPECT_EQ(report.code, StatusCode::kOk);
  EXPECT_EQ(report.route->name, "policy");
  ASSERT_EQ(report.attempts.size(), 2U);
  EXPECT_EQ(report.attempts[0].start, kStart);
  EXPECT_EQ(report.attempts[0].end, kStart + seconds(1));
  EXPECT_EQ(report.attempts[0].failed->http_status, 503);
  EXPECT_EQ(report.attempts[0].failed->message, "no capacity");
  EXPECT_EQ(report.attempts[0].failed->provider_code, "overloaded_error");
  EXPECT_EQ(report.last_attempt()->leaf, 1U);
  EXPECT_EQ(report.last_attempt()->end, kStart + seconds(3));
  EXPECT_FALSE(report.last_attempt()->failed);
  EXPECT_FALSE(report.retry_after);
}

TEST(VerdictTest, AnAttemptKeepsItsStatusAndTheProvidersIdOfTheExchange) {
  Scene scene(Spec(Failover({"a", "b"})));
  auto plan = scene.router.Begin("gpt", Environment::kProduction, scene.now, kNever);
  ASSERT_TRUE(plan);
  scene.router.On(*plan, Started(), scene.now);
  scene.router.On(*plan, Failed{Http503(), "req_1"}, scene.now);
  scene.router.On(*plan, Succeeded{201, "req_2"}, scene.now);
  const CallReport report = plan->TakeReport();
  EXPECT_EQ(report.verdict, Verdict::kServed);
  ASSERT_EQ(report.attempts.size(), 2U);
  EXPECT_EQ(report.attempts[0].http_status, 503);
  EXPECT_EQ(report.attempts[0].provider_request_id, "req_1");
  EXPECT_EQ(report.attempts[1].http_status, 201);
  EXPECT_EQ(report.attempts[1].provider_request_id, "req_2");
}

TEST(VerdictTest, WhenAllFailTheLastFailureDecidesTheCode) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    if (!traits.spills) continue;
    Scene scene(Spec(Failover({"a", "b"})));
    Call call = scene.Start();
    call.Fail(Http503());
    EXPECT_EQ(call.Fail(Fail(traits.failure)), "ALL_TARGETS_FAILED");
    EXPECT_EQ(call.report().code, traits.code) << traits.name;
  }
  Scene scene(Spec(Failover({"a", "b"})));
  Call call = scene.Start();
  call.Fail(Http429());
  call.Fail(Http503());
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
}

TEST(VerdictTest, TheCallersOwnMistakeReturnsAtOnceAndHarmsNobody) {
  for (const Failure failure : {Failure::kInvalidRequest, Failure::kContentFilter, Failure::kContextLength}) {
    Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
    Call call = scene.Start();
    EXPECT_EQ(call.Fail(Fail(failure, 400)), "REFUSED_BY_PROVIDER");
    EXPECT_EQ(call.report().code, StatusCode::kInvalidArgument);
    EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
    EXPECT_EQ(scene.View("a").fails, 0U);
  }
}

TEST(VerdictTest, WhenAllAreSuspendedNothingIsTried) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http429(minutes(1))}), "a b ALL_TARGETS_FAILED");
  scene.Pass(seconds(10));
  Call call = scene.Start();
  EXPECT_EQ(call.step(), "ALL_TARGETS_SUSPENDED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
  EXPECT_EQ(call.report().retry_after, seconds(20));
  ASSERT_EQ(call.report().skipped.size(), 2U);
  EXPECT_EQ(call.report().skipped[1].view.failure, Failure::kRateLimited);
  for (const SkippedLeaf& skipped : call.report().skipped) EXPECT_EQ(skipped.reason, SkipReason::kSuspended);
}

TEST(VerdictTest, WhileTheOnlyTargetIsProbedTheOthersAreTurnedAway) {
  Scene scene(Spec(Failover({"a"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503()}), "a ALL_TARGETS_FAILED");
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Start().step(), "a (probe)");
  Call call = scene.Start();
  EXPECT_EQ(call.step(), "ALL_TARGETS_SUSPENDED");
  EXPECT_EQ(call.report().skipped[0].view.state, TargetState::kProbing);
  EXPECT_EQ(call.report().skipped[0].reason, SkipReason::kProbing);
  EXPECT_FALSE(call.report().retry_after) << "nobody knows how long a probe takes";
}

TEST(VerdictTest, AModelOnlyThePrimaryEndpointMightHaveHadIsNotFound) {
  TableSpec spec = Spec(Failover({"a"}));
  spec.primaries.push_back({Environment::kProduction, {"provider", "default", ""}});
  Scene scene(spec);
  Call unknown = scene.Start(kNever, "gtp-4");
  ASSERT_EQ(unknown.step(), "default");
  EXPECT_EQ(unknown.Fail(Fail(Failure::kModelNotFound, 404)), "ALL_TARGETS_FAILED");
  EXPECT_EQ(unknown.report().code, StatusCode::kNotFound);
  // Of a configured model that is our mistake, not the caller's.
  Call known = scene.Start();
  EXPECT_EQ(known.Fail(Fail(Failure::kModelNotFound, 404)), "ALL_TARGETS_FAILED");
  EXPECT_EQ(known.report().code, StatusCode::kUnavailable);
  // Nor is every failure there an unknown model.
  Call down = scene.Start(kNever, "gtp-4");
  down.Fail(Http503());
  EXPECT_EQ(down.report().code, StatusCode::kUnavailable);
}

TEST(VerdictTest, WithoutAPolicyOrAPrimaryEndpointThereIsNoPlan) {
  Scene scene(Spec(Failover({"a"})));
  EXPECT_FALSE(scene.router.Begin("unknown", Environment::kProduction, scene.now, kNever));
  EXPECT_FALSE(scene.router.Begin("gpt", Environment::kSandbox, scene.now, kNever));
}

TEST(RetryAfterTest, IsTheSoonestAnyTargetIsDueBack) {
  Scene scene(Spec(Failover({"a", "b", "c"}), Remembering(seconds(30))));
  Call call = scene.Start();
  call.Fail(Http429(minutes(2)));
  call.Fail(Http429(minutes(1)));
  call.Fail(Http429(minutes(3)));
  EXPECT_EQ(call.report().retry_after, minutes(1));
}

TEST(RetryAfterTest, WithoutMemoryItIsWhatTheProviderSaid) {
  Scene scene(Spec(Failover({"a", "b"})));
  Call call = scene.Start();
  call.Fail(Http429(seconds(20)));
  scene.Pass(seconds(5));
  call.Fail(Http503());
  EXPECT_EQ(call.report().retry_after, seconds(15));
}

TEST(RetryAfterTest, IsNeverNegativeAndUnsetWhenNothingIsKnown) {
  Scene scene(Spec(Failover({"a", "b"})));
  Call late = scene.Start();
  late.Fail(Http429(seconds(1)));
  scene.Pass(seconds(5));
  late.Fail(Http503());
  EXPECT_EQ(late.report().retry_after, seconds(0));
  Call unknown = scene.Start();
  unknown.Fail(Http503());
  unknown.Fail(Http503());
  EXPECT_FALSE(unknown.report().retry_after);
}

TEST(RetryAfterTest, ATargetThatStaysSuspendedForLongerIsNotPromisedSooner) {
  Scene scene(Spec(Failover({"a"}), Remembering(seconds(30))));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http429(seconds(2))), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().retry_after, seconds(30));
}

TEST(RetryAfterTest, AnEndlessSuspensionByHandPromisesNothing) {
  Scene scene(Spec(Failover({"a"}), Remembering(seconds(30))));
  scene.router.Suspend("a", "m", kNever, scene.now);
  Call call = scene.Start();
  EXPECT_EQ(call.step(), "ALL_TARGETS_SUSPENDED");
  EXPECT_FALSE(call.report().retry_after);
}

TEST(RetryAfterTest, ARequestThatIsWrongIsNotWorthAnotherTryLater) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Fail(Failure::kInvalidRequest, 400)), "REFUSED_BY_PROVIDER");
  EXPECT_FALSE(call.report().retry_after);
}

TEST(RetryAfterTest, ARefusalPassesOnWhatTheProviderSaid) {
  Settings settings;
  std::string bad_word;
  settings.fail_on = *FailOn::Parse({"5xx"}, &bad_word);
  Scene scene(Spec(Failover({"a", "b"}), settings));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http429(seconds(20))), "REFUSED_BY_PROVIDER");
  EXPECT_EQ(call.report().code, StatusCode::kResourceExhausted);
  EXPECT_EQ(call.report().retry_after, seconds(20));
}

}  // namespace
}  // namespace spillway::router
