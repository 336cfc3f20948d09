// How long a suspension lasts.
#include "gtest/gtest.h"
#include "router/target_health.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

HealthRules Rules(Duration base) { return Remembering(base).health; }

TEST(SuspensionLengthTest, DoublesFromTheBaseUpToTheCap) {
  const HealthRules rules = Rules(seconds(30));
  const Duration expected[] = {seconds(30), seconds(60), seconds(120), seconds(240), minutes(5), minutes(5)};
  for (std::uint32_t nth = 0; nth < std::size(expected); ++nth) {
    EXPECT_EQ(SuspensionLength(Http503(), rules, nth), expected[nth]) << nth;
  }
  EXPECT_EQ(SuspensionLength(Http503(), rules, 4'000'000'000U), minutes(5));
}

TEST(SuspensionLengthTest, ABaseLongerThanTheCapStandsAndDoesNotDouble) {
  const HealthRules rules = Rules(minutes(10));
  EXPECT_EQ(SuspensionLength(Http503(), rules, 0), minutes(10));
  EXPECT_EQ(SuspensionLength(Http503(), rules, 3), minutes(10));
}

TEST(SuspensionLengthTest, NoBaseIsTooLongToBeDoubled) {
  HealthRules rules = Rules(Duration::max() - nanoseconds(1));
  rules.max_suspend_duration = Duration::max();
  EXPECT_EQ(SuspensionLength(Http503(), rules, 0), Duration::max() - nanoseconds(1));
  EXPECT_EQ(SuspensionLength(Http503(), rules, 7), Duration::max());
}

TEST(SuspensionLengthTest, RetryAfterIsAFloor) {
  const HealthRules rules = Rules(seconds(30));
  EXPECT_EQ(SuspensionLength(Http429(seconds(45)), rules, 0), seconds(45));
  EXPECT_EQ(SuspensionLength(Http429(seconds(45)), rules, 1), seconds(60));
  EXPECT_EQ(SuspensionLength(Http429(seconds(10)), rules, 0), seconds(30));
  EXPECT_EQ(SuspensionLength(Http429(seconds(0)), rules, 0), seconds(30));
  EXPECT_EQ(SuspensionLength(Http429(-hours(1)), rules, 0), seconds(30));
  EXPECT_EQ(SuspensionLength(Http503(seconds(45)), rules, 0), seconds(45));
}

TEST(SuspensionLengthTest, RetryAfterIsCappedAtFiveMinutes) {
  const HealthRules rules = Rules(seconds(30));
  EXPECT_EQ(SuspensionLength(Http429(minutes(5)), rules, 0), minutes(5));
  EXPECT_EQ(SuspensionLength(Http429(hours(8)), rules, 0), minutes(5));
  // The cap is the hint's alone.
  EXPECT_EQ(SuspensionLength(Http429(hours(8)), Rules(minutes(10)), 0), minutes(10));
  // And the cap of doubling is not the hint's.
  HealthRules short_cap = Rules(seconds(1));
  short_cap.max_suspend_duration = seconds(2);
  EXPECT_EQ(SuspensionLength(Http429(seconds(100)), short_cap, 5), seconds(100));
}

TEST(SuspensionLengthTest, AnExhaustedQuotaLastsAsLongAsTheProviderSaysElseLong) {
  const HealthRules rules = Rules(seconds(30));
  const auto quota = [](std::optional<Duration> hint) { return Fail(Failure::kQuotaExhausted, 429, hint); };
  EXPECT_EQ(SuspensionLength(quota({}), rules, 0), minutes(5));
  EXPECT_EQ(SuspensionLength(quota(hours(8)), rules, 0), hours(8));
  EXPECT_EQ(SuspensionLength(quota(hours(99)), rules, 0), hours(24));
  EXPECT_EQ(SuspensionLength(quota(seconds(45)), rules, 0), seconds(45));
  EXPECT_EQ(SuspensionLength(quota(seconds(1)), rules, 0), seconds(30));
}

TEST(SuspensionTest, ThirtySecondsAreThirtySecondsAndNotAMomentLonger) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Left("a"), seconds(30));
  scene.Pass(seconds(30) - nanoseconds(1));
  EXPECT_EQ(scene.Play({kOk}), "b SERVED");
  scene.Pass(nanoseconds(1));
  EXPECT_EQ(scene.Play({kOk}), "a (probe) SERVED");
  EXPECT_EQ(scene.Play({kOk}), "a SERVED");
}

TEST(SuspensionTest, CountsFromTheFailureNotFromTheCallsBegin) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  Call call = scene.Start();
  scene.Pass(seconds(20));
  ASSERT_EQ(call.Fail(Http503()), "b");
  EXPECT_EQ(scene.Left("a"), seconds(30));
}

TEST(SuspensionTest, EachFailedProbeDoublesItAndOneSuccessStartsAnew) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  for (const Duration expected : {seconds(60), seconds(120), seconds(240), seconds(300), seconds(300)}) {
    scene.now = scene.View("a").until;
    ASSERT_EQ(scene.Play({Http503(), kOk}), "a (probe) b SERVED");
    EXPECT_EQ(scene.Left("a"), expected);
  }
  EXPECT_EQ(scene.View("a").suspensions_in_a_row, 6U);
  scene.now = scene.View("a").until;
  ASSERT_EQ(scene.Play({kOk}), "a (probe) SERVED");
  EXPECT_EQ(scene.View("a").suspensions_in_a_row, 0U);
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Left("a"), seconds(30));
}

TEST(SuspensionTest, WithoutADurationNothingIsRemembered) {
  Scene scene(Spec(Failover({"a", "b"})));
  for (const Failure failure : {Failure::kCredentials, Failure::kQuotaExhausted, Failure::kRateLimited}) {
    EXPECT_EQ(scene.Play({Fail(failure, 429, minutes(1)), kOk}), "a b SERVED");
  }
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
  EXPECT_EQ(scene.View("a").fails, 0U);
  EXPECT_EQ(scene.Transitions(), "");
}

TEST(SuspensionTest, CredentialsAndQuotaSuspendAtOnceWhateverMaxFails) {
  Settings settings = Remembering(seconds(30));
  settings.health.max_fails = 5;
  for (const Failure failure : {Failure::kCredentials, Failure::kQuotaExhausted}) {
    Scene scene(Spec(Failover({"a", "b"}), settings));
    EXPECT_EQ(scene.Play({Fail(failure), kOk}), "a b SERVED");
    EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
    EXPECT_EQ(scene.View("a").failure, failure);
  }
}

}  // namespace
}  // namespace spillway::router
