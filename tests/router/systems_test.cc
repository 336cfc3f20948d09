// The systems that Spillway must be able to be, each by the promises of its documentation: what the core has
// to hold of them. Played through the real server: tests/e2e.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

FailedAttempt Http401() { return Fail(Failure::kCredentials, 401); }
FailedAttempt Http404() { return Fail(Failure::kModelNotFound, 404); }

// --- Model failover: a primary, any number of fallbacks, a request timeout, a suspend duration.

TableSpec ModelFailover(std::optional<Duration> suspend_duration) {
  Settings settings;
  settings.request_timeout = seconds(10);
  settings.health.suspend_duration = suspend_duration;
  return Spec(Failover({"primary", "second", "third"}), settings);
}

TEST(ModelFailoverTest, AThrottledPrimaryIsLeftOutForThirtySecondsAndNotAMomentLonger) {
  Scene scene(ModelFailover(seconds(30)));
  ASSERT_EQ(scene.Play({Http429(), kOk}), "primary second SERVED");
  EXPECT_EQ(scene.Turns(3), "second second second");
  scene.Pass(seconds(30) - nanoseconds(1));
  EXPECT_EQ(scene.Turns(1), "second");
  scene.Pass(nanoseconds(1));
  EXPECT_EQ(scene.Turns(2), "primary (probe) primary");
}

TEST(ModelFailoverTest, WithoutASuspendDurationThePrimaryIsTriedEveryTime) {
  Scene scene(ModelFailover({}));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(scene.Play({Http429(minutes(5)), kOk}), "primary second SERVED");
  }
  EXPECT_EQ(scene.Transitions(), "");
}

TEST(ModelFailoverTest, ASilentPrimaryFailsOverAfterTheRequestTimeout) {
  Scene scene(ModelFailover(seconds(30)));
  Call call = scene.Start(kStart + seconds(60));
  ASSERT_EQ(call.attempt().deadline, kStart + seconds(10));
  scene.now = call.attempt().deadline;
  EXPECT_EQ(call.Fail(Fail(call.attempt().on_timeout)), "second");
  EXPECT_EQ(call.Ok(), "SERVED");
  EXPECT_EQ(scene.Turns(1), "second") << "its silence is remembered";
}

TEST(ModelFailoverTest, AnInvalidModelNameFailsOver) {
  Scene scene(ModelFailover(seconds(30)));
  EXPECT_EQ(scene.Play({Http404(), kOk}), "primary second SERVED");
  // Said with a 400, it is the same failure.
  Scene odd(ModelFailover(seconds(30)));
  EXPECT_EQ(odd.Play({Fail(Failure::kModelNotFound, 400), kOk}), "primary second SERVED");
}

TEST(ModelFailoverTest, TheLastFallbacksFailureIsRememberedToo) {
  Scene scene(ModelFailover(seconds(30)));
  Call call = scene.Start();
  call.Fail(Http503());
  call.Fail(Http503());
  EXPECT_EQ(call.Fail(Http503()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kUnavailable);
  EXPECT_EQ(call.report().attempts.size(), 3U);
  EXPECT_EQ(scene.StateOf("third"), TargetState::kSuspended);
  EXPECT_EQ(scene.Turns(1), "ALL_TARGETS_SUSPENDED");
}

TEST(ModelFailoverTest, PoliciesWithDifferentPrimariesStandSideBySide) {
  TableSpec spec = ModelFailover(seconds(30));
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().name = spec.policies.back().model = "claude";
  spec.policies.back().root = Failover({"second", "primary"});
  Scene scene(spec);
  EXPECT_EQ(scene.Start().step(), "primary");
  Call call = scene.Start(kNever, "claude");
  EXPECT_EQ(call.step(), "second");
  ASSERT_EQ(call.Fail(Http503()), "primary");
  // The pair of endpoint and model is out for whoever asks.
  EXPECT_EQ(scene.Play({Http503(), kOk}), "primary third SERVED");
}

// --- Kong: weights as priority or declared groups, criteria by name, max_fails, retries.

const std::vector<std::string>& KongCriteria() {
  static const std::vector<std::string> criteria = {"error",    "timeout",  "invalid_header", "http_403",
                                                    "http_404", "http_429", "http_500",       "http_502",
                                                    "http_503", "http_504", "non_idempotent"};
  return criteria;
}

Settings Kong(std::uint32_t max_fails, CountMode mode) {
  Settings settings = FailOnExactly(KongCriteria(), Remembering(seconds(30)));
  settings.retries = 3;
  settings.health.max_fails = max_fails;
  settings.health.count_mode = mode;
  settings.health.fail_timeout = milliseconds(30000);
  return settings;
}

TEST(KongFailoverTest, AThousandToOneIsAPriority) {
  Scene scene(Spec(Weighted({1000, 1}), Kong(2, CountMode::kConsecutive)));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(scene.Play({Http429(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Counts(100), "b 100") << "a is out";
  scene.Pass(milliseconds(30000));
  EXPECT_EQ(scene.Turns(2), "a (probe) a");
}

struct CriterionRow {
  FailedAttempt failed;
  bool spills;
};

TEST(KongFailoverTest, EachCriterionSpillsByItsOwnNameAndNothingElseDoes) {
  const CriterionRow rows[] = {
      {Refused(), true},
      {Fail(Failure::kTruncated), true},
      {Fail(Failure::kTimeout), true},
      {Fail(Failure::kMalformed, 200), true},
      {Fail(Failure::kCredentials, 403), true},
      {Http404(), true},
      {Http429(), true},
      {Fail(Failure::kQuotaExhausted, 429), true},
      {Fail(Failure::kServerError, 502), true},
      {Http503(), true},
      {Fail(Failure::kServerError, 504), true},
      {Http401(), false},
      {Fail(Failure::kInvalidRequest, 400), false},
      {Fail(Failure::kServerError, 501), false},
      {Fail(Failure::kOverloaded, 529), false},
  };
  for (const CriterionRow& row : rows) {
    Scene scene(Spec(Failover({"a", "b"}), Kong(1, CountMode::kConsecutive)));
    EXPECT_EQ(scene.Play({row.failed}), row.spills ? "a b" : "a REFUSED_BY_PROVIDER")
        << TraitsOf(row.failed.failure).name << " " << row.failed.http_status;
    EXPECT_EQ(scene.StateOf("a"), row.spills ? TargetState::kSuspended : TargetState::kAvailable);
  }
  Scene scene(Spec(Failover({"a", "b"}), Kong(1, CountMode::kConsecutive)));
  EXPECT_EQ(scene.Play({Http500(), Http500()}), "a sleep a b");
}

TEST(KongFailoverTest, AnInvalidKeyOnThePrimaryFailsOver) {
  // Spelled out, or by default.
  std::vector<std::string> criteria = KongCriteria();
  criteria.emplace_back("http_401");
  for (const Settings& settings :
       {FailOnExactly(criteria, Remembering(seconds(30))), Remembering(seconds(30))}) {
    Scene scene(Spec(Failover({"a", "b"}), settings));
    EXPECT_EQ(scene.Play({Http401(), kOk}), "a b SERVED");
    EXPECT_EQ(scene.Turns(1), "b") << "trying it again cannot help";
  }
}

TEST(KongFailoverTest, TheSecondFailureInARowTakesATargetOut) {
  Scene scene(Spec(Failover({"a", "b"}), Kong(2, CountMode::kConsecutive)));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  ASSERT_EQ(scene.Turns(1), "a") << "one is not enough, and a success starts anew";
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
  scene.Pass(hours(1));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Left("a"), milliseconds(30000));
}

TEST(KongFailoverTest, OrTheSecondWithinTheWindow) {
  Scene scene(Spec(Failover({"a", "b"}), Kong(2, CountMode::kWindow)));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(milliseconds(30000));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable) << "the first counts no longer";
  ASSERT_EQ(scene.Turns(1), "a");
  scene.Pass(milliseconds(29999));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended) << "successes do not reset";
}

TEST(KongFailoverTest, ThreeRetriesAreFourAttempts) {
  Scene scene(Spec(RoundRobin({"a", "b", "c", "d", "e"}), Kong(2, CountMode::kConsecutive)));
  const std::vector<std::optional<FailedAttempt>> all_fail(4, Http503());
  EXPECT_EQ(scene.Play(all_fail), "a b c d ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play(all_fail), "b c d e ALL_TARGETS_FAILED");
}

// --- Fallback by an exact list of codes: a primary, a backup, no memory.

TEST(FallbackCodesTest, TheListedCodesFallBackAndEverythingElsePassesThrough) {
  const Settings settings = FailOnExactly({"429", "502", "503"});
  for (const int status : {400, 401, 403, 404, 408, 418, 429, 500, 501, 502, 503, 504, 529}) {
    const bool listed = status == 429 || status == 502 || status == 503;
    for (const FailureTraits& traits : AllFailureTraits()) {
      // Whatever the failure is taken for, the status decides.
      const bool callers = traits.blame == Blame::kCaller || traits.failure == Failure::kContextLength;
      if (callers) continue;
      Scene scene(Spec(Failover({"primary", "backup"}), settings));
      EXPECT_EQ(scene.Play({Fail(traits.failure, status)}),
                listed ? "primary backup" : "primary REFUSED_BY_PROVIDER")
          << status << " " << traits.name;
    }
  }
}

TEST(FallbackCodesTest, WhatHasNoStatusIsNotListedEither) {
  Scene scene(Spec(Failover({"primary", "backup"}), FailOnExactly({"429", "5xx"})));
  for (const FailedAttempt& failed : {Refused(), Reset(), Fail(Failure::kTimeout)}) {
    EXPECT_EQ(scene.Play({failed}), "primary REFUSED_BY_PROVIDER");
  }
}

TEST(FallbackCodesTest, TheBackupsFailureIsReturnedWithTheTrail) {
  Scene scene(Spec(Failover({"primary", "backup"}), FailOnExactly({"429", "503"})));
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http503()), "backup");
  EXPECT_EQ(call.Fail(Http429()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(call.report().code, StatusCode::kResourceExhausted);
  ASSERT_EQ(call.report().attempts.size(), 2U);
  EXPECT_EQ(call.report().attempts[0].failed->http_status, 503);
  EXPECT_EQ(call.report().attempts[1].failed->http_status, 429);
  // Not in the list: returned as it is.
  Call other = scene.Start();
  ASSERT_EQ(other.Fail(Http503()), "backup");
  EXPECT_EQ(other.Fail(Fail(Failure::kInvalidRequest, 400)), "REFUSED_BY_PROVIDER");
  EXPECT_EQ(other.report().code, StatusCode::kInvalidArgument);
  EXPECT_EQ(other.report().attempts.size(), 2U);
}

TEST(FallbackCodesTest, NothingIsRemembered) {
  Scene scene(Spec(Failover({"primary", "backup"}), FailOnExactly({"429", "503"})));
  for (int i = 0; i < 10; ++i) ASSERT_EQ(scene.Play({Http503(minutes(5)), kOk}), "primary backup SERVED");
}

}  // namespace
}  // namespace spillway::router
