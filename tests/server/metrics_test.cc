#include "server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/played_call.h"
#include "tests/support/test_server.h"

namespace spillway::server {
namespace {

using router::Failure;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public ::testing::Test {
 protected:
  std::map<std::string, double> Samples() const { return testing::ParseMetrics(metrics_.Serialize()); }

  double Value(const std::string& series) const {
    const auto samples = Samples();
    const auto found = samples.find(series);
    return found == samples.end() ? -1 : found->second;
  }

  void Count(const router::CallReport& report) {
    RouteMetrics(metrics_, report.route->name, report.route->environment)
        .CountCall(report, milliseconds(300));
    for (const router::AttemptRecord& attempt : report.attempts) {
      LeafMetrics(metrics_, report.table->leaf(attempt.leaf)).CountAttempt(attempt);
    }
  }

  Metrics metrics_;
  PlayedCalls calls_;
};

TEST_F(MetricsTest, ACallIsCountedByPolicyEnvironmentAndCode) {
  Count(calls_.Play({router::Succeeded{}}));
  Count(calls_.Play(
      {PlayedCalls::Fails(Failure::kOverloaded, 503), PlayedCalls::Fails(Failure::kRateLimited, 429)}));
  EXPECT_EQ(Value(R"(spillway_calls_total{code="OK",environment="production",policy="chat"})"), 1);
  EXPECT_EQ(
      Value(R"(spillway_calls_total{code="RESOURCE_EXHAUSTED",environment="production",policy="chat"})"), 1);
  EXPECT_EQ(Value(R"(spillway_call_duration_seconds_count{policy="chat"})"), 2);
  EXPECT_DOUBLE_EQ(Value(R"(spillway_call_duration_seconds_sum{policy="chat"})"), 0.6);
}

TEST_F(MetricsTest, EveryAttemptHasAnOutcome) {
  Count(calls_.Play({PlayedCalls::Fails(Failure::kQuotaExhausted, 429), router::Succeeded{}}));
  EXPECT_EQ(Value(R"(spillway_attempts_total{endpoint="prod",model="gpt-4o",outcome="quota_exhausted"})"), 1);
  EXPECT_EQ(Value(R"(spillway_attempts_total{endpoint="eu",model="gpt-4o-mini",outcome="ok"})"), 1);
  EXPECT_EQ(Value(R"(spillway_attempt_duration_seconds_count{endpoint="eu",model="gpt-4o-mini"})"), 1);
}

TEST_F(MetricsTest, FirstTokensAreTimedWhereTheyCame) {
  Count(calls_.PlayStream({PlayedCalls::Fails(Failure::kFirstTokenTimeout), router::FirstToken{},
                           PlayedCalls::Fails(Failure::kStalled, 200)}));
  EXPECT_EQ(Value(R"(spillway_time_to_first_token_seconds_count{endpoint="prod",model="gpt-4o"})"), -1);
  EXPECT_EQ(Value(R"(spillway_time_to_first_token_seconds_count{endpoint="eu",model="gpt-4o-mini"})"), 1);
  EXPECT_DOUBLE_EQ(Value(R"(spillway_time_to_first_token_seconds_sum{endpoint="eu",model="gpt-4o-mini"})"),
                   0.01);
  EXPECT_EQ(Value(R"(spillway_attempts_total{endpoint="eu",model="gpt-4o-mini",outcome="stalled"})"), 1);
  EXPECT_EQ(Value(R"(spillway_calls_total{code="UNAVAILABLE",environment="production",policy="chat"})"), 1);
}

TEST_F(MetricsTest, AFailoverNamesBothEndsAndTheReason) {
  Count(calls_.Play({PlayedCalls::Fails(Failure::kTimeout), router::Succeeded{}}));
  EXPECT_EQ(Value(R"(spillway_failovers_total{failure="timeout",from_endpoint="prod",from_model="gpt-4o",)"
                  R"(policy="chat",to_endpoint="eu",to_model="gpt-4o-mini"})"),
            1);
}

TEST_F(MetricsTest, ARetryOfTheSameTargetIsNoFailover) {
  router::FailedAttempt reset = FailedWith(Failure::kConnect);
  reset.connection_reset = true;
  Count(calls_.Play({PlayedCalls::Fails(reset), router::Succeeded{}}));
  EXPECT_THAT(metrics_.Serialize(), Not(HasSubstr("spillway_failovers_total{")));
}

TEST_F(MetricsTest, TokensAreCountedByType) {
  const router::CallReport report = calls_.Play({router::Succeeded{}});
  v1::Usage usage;
  usage.set_prompt_tokens(10);
  usage.set_completion_tokens(7);
  usage.set_cached_tokens(-3);  // A provider's nonsense: a counter never goes down.
  LeafMetrics(metrics_, report.table->leaf(0)).CountTokens(usage);
  EXPECT_EQ(Value(R"(spillway_tokens_total{endpoint="prod",model="gpt-4o",type="prompt"})"), 10);
  EXPECT_EQ(Value(R"(spillway_tokens_total{endpoint="prod",model="gpt-4o",type="completion"})"), 7);
  EXPECT_EQ(Value(R"(spillway_tokens_total{endpoint="prod",model="gpt-4o",type="cached"})"), 0);
}

TEST_F(MetricsTest, ACallersModelIsNeverALabel) {
  Count(calls_.Play({router::Succeeded{}}, "made-up-by-a-caller"));
  metrics_.CountUnrouted(router::Environment::kSandbox, absl::StatusCode::kNotFound);
  EXPECT_EQ(Value(R"(spillway_attempts_total{endpoint="prod",model="*",outcome="ok"})"), 1);
  EXPECT_EQ(Value(R"(spillway_calls_total{code="OK",environment="production",policy=""})"), 1);
  EXPECT_EQ(Value(R"(spillway_calls_total{code="NOT_FOUND",environment="sandbox",policy=""})"), 1);
  EXPECT_THAT(metrics_.Serialize(), Not(HasSubstr("made-up")));
}

TEST_F(MetricsTest, ACallFromNobodyKnownIsInNoEnvironment) {
  metrics_.CountUnrouted(std::nullopt, absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Value(R"(spillway_calls_total{code="UNAUTHENTICATED",environment="",policy=""})"), 1);
}

TEST_F(MetricsTest, SuspensionsAreCountedByWhatCausedThem) {
  router::Transition transition;
  transition.name = {"openai", "prod", "gpt-4o"};
  transition.now.state = router::TargetState::kSuspended;
  transition.now.failure = Failure::kCredentials;
  metrics_.CountSuspension(transition);
  EXPECT_EQ(Value(R"(spillway_suspensions_total{endpoint="prod",failure="credentials",model="gpt-4o"})"), 1);
  transition.now.failure.reset();
  metrics_.CountSuspension(transition);
  EXPECT_EQ(Value(R"(spillway_suspensions_total{endpoint="prod",failure="by_hand",model="gpt-4o"})"), 1);
}

TEST_F(MetricsTest, ATargetsStateIsANumber) {
  const router::TargetName name = {"openai", "prod", "gpt-4o"};
  metrics_.SetTargets({{name, {}}});
  EXPECT_EQ(Value(R"(spillway_target_state{endpoint="prod",model="gpt-4o"})"), 0);
  metrics_.SetTargetState(name, router::TargetState::kProbing);
  EXPECT_EQ(Value(R"(spillway_target_state{endpoint="prod",model="gpt-4o"})"), 2);
  metrics_.SetTargetState(name, router::TargetState::kAvailable);
  EXPECT_EQ(Value(R"(spillway_target_state{endpoint="prod",model="gpt-4o"})"), 0);
}

TEST_F(MetricsTest, OnlyTheTargetsThereAreHaveAState) {
  const router::TargetName prod = {"openai", "prod", "gpt-4o"};
  const router::TargetName eu = {"azure", "eu", "gpt-4o"};
  metrics_.SetTargets({{prod, {}}, {eu, {.state = router::TargetState::kSuspended}}});
  metrics_.SetTargets({{eu, {.state = router::TargetState::kSuspended}}});
  metrics_.SetTargetState(prod, router::TargetState::kSuspended);
  EXPECT_EQ(Value(R"(spillway_target_state{endpoint="prod",model="gpt-4o"})"), -1);
  EXPECT_EQ(Value(R"(spillway_target_state{endpoint="eu",model="gpt-4o"})"), 1);
}

TEST_F(MetricsTest, ReloadsAreCountedByWhatCameOfThemFromTheStart) {
  for (const char* result : {"applied", "unchanged", "rejected"}) {
    EXPECT_EQ(Value(std::string("spillway_config_reloads_total{result=\"") + result + "\"}"), 0) << result;
  }
  metrics_.CountReload(ReloadOutcome::kRejected);
  EXPECT_EQ(Value(R"(spillway_config_reloads_total{result="rejected"})"), 1);
  EXPECT_EQ(Value(R"(spillway_config_reloads_total{result="applied"})"), 0);
}

TEST_F(MetricsTest, WhetherTheLastReloadWentWellIsShown) {
  EXPECT_EQ(Value("spillway_config_last_reload_successful"), 1);
  metrics_.CountReload(ReloadOutcome::kRejected);
  EXPECT_EQ(Value("spillway_config_last_reload_successful"), 0);
  metrics_.CountReload(ReloadOutcome::kUnchanged);
  EXPECT_EQ(Value("spillway_config_last_reload_successful"), 1);
}

TEST_F(MetricsTest, APolicysTargetsAreThoseOfTheTableInForce) {
  const auto policy_target = [](const char* endpoint, const char* model, const char* policy) {
    return absl::StrCat("spillway_policy_target{endpoint=\"", endpoint,
                        "\",environment=\"production\",model=\"", model, "\",policy=\"", policy, "\"}");
  };
  metrics_.SetPolicyTargets(*calls_.router().table());
  EXPECT_EQ(Value(policy_target("prod", "gpt-4o", "chat")), 1);
  EXPECT_EQ(Value(policy_target("eu", "gpt-4o-mini", "chat")), 1);
  EXPECT_EQ(Value(policy_target("prod", "*", "")), 1) << "the primary endpoint";
  metrics_.SetPolicyTargets(*calls_.router().table());
  EXPECT_EQ(Value(policy_target("eu", "gpt-4o-mini", "chat")), 1) << "the same again";
  metrics_.SetPolicyTargets(router::Table());
  EXPECT_THAT(metrics_.Serialize(), Not(HasSubstr("spillway_policy_target{")));
}

TEST_F(MetricsTest, TheGenAiConventionsAreShownOnlyWhereTheyAreWanted) {
  const router::CallReport report = calls_.Play({router::Succeeded{}});
  Count(report);
  EXPECT_THAT(metrics_.Serialize(), Not(HasSubstr("gen_ai_")));
  LeafMetrics leaf(metrics_, report.table->leaf(0));
  leaf.AlsoCountAs({"openai", "api.openai.com", "443"});
  leaf.CountAttempt(report.attempts[0]);
  v1::Usage usage;
  usage.set_prompt_tokens(10);
  leaf.CountTokens(usage);
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("gen_ai_client_operation_duration_seconds_count{"));
  EXPECT_THAT(metrics_.Serialize(), HasSubstr("gen_ai_client_token_usage_count{"));
  EXPECT_EQ(Value(R"(spillway_attempts_total{endpoint="prod",model="gpt-4o",outcome="ok"})"), 2);
}

TEST_F(MetricsTest, RefusedCallsAreCountedByTheBoundFromTheStart) {
  EXPECT_EQ(Value(R"(spillway_calls_refused_total{bound="server"})"), 0);
  metrics_.CountRefused(CallLimits::Bound::kCaller);
  EXPECT_EQ(Value(R"(spillway_calls_refused_total{bound="caller"})"), 1);
  EXPECT_EQ(Value(R"(spillway_calls_refused_total{bound="server"})"), 0);
}

TEST_F(MetricsTest, ConnectionsAreShownByState) {
  metrics_.SetConnections("prod", {.connecting = 1, .active = 2, .idle = 3});
  EXPECT_EQ(Value(R"(spillway_connections{endpoint="prod",state="connecting"})"), 1);
  EXPECT_EQ(Value(R"(spillway_connections{endpoint="prod",state="active"})"), 2);
  EXPECT_EQ(Value(R"(spillway_connections{endpoint="prod",state="idle"})"), 3);
  metrics_.ForgetEndpoint("prod");
  EXPECT_THAT(metrics_.Serialize(), Not(HasSubstr("spillway_connections{")));
}

TEST_F(MetricsTest, TheConfigurationsHashIsExact) {
  const std::uint64_t largest = (std::uint64_t{1} << 48) - 1;
  metrics_.SetConfigHash(largest);
  EXPECT_EQ(Value("spillway_config_hash"), static_cast<double>(largest));
}

TEST_F(MetricsTest, WhatIsRunningIsSaidFromTheStart) {
  EXPECT_EQ(Value("spillway_calls_in_flight"), 0);
  EXPECT_EQ(Value(R"(spillway_build_info{version=")" SPILLWAY_VERSION R"("})"), 1);
}

TEST(StatusCodeNameTest, EveryCodeHasItsName) {
  EXPECT_EQ(NameOf(absl::StatusCode::kOk), "OK");
  EXPECT_EQ(NameOf(absl::StatusCode::kDeadlineExceeded), "DEADLINE_EXCEEDED");
  EXPECT_EQ(NameOf(absl::StatusCode::kUnavailable), "UNAVAILABLE");
  EXPECT_EQ(NameOf(absl::StatusCode::kUnauthenticated), "UNAUTHENTICATED");
}

}  // namespace
}  // namespace spillway::server
