#include "server/config/defaults.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/server/config/config_text.h"
#include "tests/server/config/routing_text.h"

namespace spillway::server {
namespace {

v1::Policy PolicyOf(const std::string& settings) {
  const ConfigResult result = ParseConfig(
      Edited(kGoodConfig,
             "    request_timeout: 30s\n    retries: 3\n"
             "    fail_on: [error, timeout, 429, http_503, 5xx, rate_limited]\n    suspend_duration: 30s\n",
             settings),
      "");
  EXPECT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  return result.ok() ? result.loaded->config.policies(0) : v1::Policy();
}

TEST(Defaults, AreThoseTheSchemaStates) {
  const v1::Policy policy = PolicyOf("");
  EXPECT_EQ(
      EffectiveSettings(policy, policy.production()).ShortDebugString(),
      "request_timeout { seconds: 60 } retries: 2 same_target_retries: 1 fail_on: \"error\" fail_on: "
      "\"timeout\" "
      "fail_on: \"401\" fail_on: \"403\" fail_on: \"404\" fail_on: \"408\" fail_on: \"429\" fail_on: \"5xx\" "
      "max_fails: 1 count_mode: \"consecutive\" fail_timeout { seconds: 10 } all_suspended: \"fail\" "
      "first_token_timeout { seconds: 15 } stream_idle_timeout { seconds: 30 }");
}

TEST(Defaults, RetriesCountTheFurtherTargetsOfTheSection) {
  const v1::Policy policy = PolicyOf("");
  EXPECT_EQ(EffectiveSettings(policy, policy.production()).retries(), 2);
  EXPECT_EQ(EffectiveSettings(policy, policy.sandbox()).retries(), 0);
}

TEST(Defaults, WhatIsWrittenStands) {
  const v1::Policy policy = PolicyOf(
      "    request_timeout: 1s\n    total_timeout: 2s\n    retries: 0\n    same_target_retries: 0\n    "
      "fail_on: [429]\n"
      "    max_fails: 5\n    count_mode: window\n    fail_timeout: 3s\n    suspend_duration: 4s\n"
      "    max_suspend_duration: 6s\n    all_suspended: least_bad\n"
      "    first_token_timeout: 700ms\n    stream_idle_timeout: 8s\n    stream_unary: true\n");
  EXPECT_EQ(EffectiveSettings(policy, policy.production()).ShortDebugString(),
            "request_timeout { seconds: 1 } total_timeout { seconds: 2 } fail_on: \"429\" max_fails: 5 "
            "count_mode: \"window\" fail_timeout { seconds: 3 } suspend_duration { seconds: 4 } "
            "max_suspend_duration { seconds: 6 } all_suspended: \"least_bad\" "
            "first_token_timeout { nanos: 700000000 } stream_idle_timeout { seconds: 8 } stream_unary: true");
}

TEST(Defaults, TheLongestSuspensionIsFiveMinutesOrTheBaseWhereThatIsLonger) {
  const v1::Policy brief = PolicyOf("    suspend_duration: 30s\n");
  EXPECT_EQ(EffectiveSettings(brief, brief.production()).max_suspend_duration().seconds(), 300);
  const v1::Policy lengthy = PolicyOf("    suspend_duration: 10m\n");
  EXPECT_EQ(EffectiveSettings(lengthy, lengthy.production()).max_suspend_duration().seconds(), 600);
}

TEST(Defaults, ThePrimaryEndpointHasNoFurtherTargets) {
  const v1::PolicySettings settings = PrimarySettings();
  EXPECT_EQ(settings.retries(), 0);
  EXPECT_EQ(settings.request_timeout().seconds(), 60);
  EXPECT_FALSE(settings.has_suspend_duration());
}

TEST(Defaults, RetriesCountTargetsThroughEveryStrategy) {
  const ConfigResult result = ParseConfig(kRoutingConfig, "");
  ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  const v1::Policy& policy = result.loaded->config.policies(0);
  EXPECT_EQ(TargetCount(policy.production()), 5);
  EXPECT_EQ(EffectiveSettings(policy, policy.production()).retries(), 4);
  EXPECT_EQ(EffectiveSettings(policy, policy.sandbox()).retries(), 0);
}

TEST(Defaults, ARetryBudgetIsAbsentUnlessWritten) {
  const auto budget = [](const std::string& written) {
    const v1::Policy policy = PolicyOf(written);
    return EffectiveSettings(policy, policy.production()).ShortDebugString();
  };
  EXPECT_EQ(budget("").find("retry_budget"), std::string::npos);
  EXPECT_NE(budget("    retry_budget: {}\n").find("retry_budget { percent: 20 floor: 10 }"),
            std::string::npos);
  EXPECT_NE(budget("    retry_budget: {percent: 5}\n").find("retry_budget { percent: 5 floor: 10 }"),
            std::string::npos);
  EXPECT_NE(budget("    retry_budget: {percent: 0, floor: 0}\n").find("retry_budget { }"), std::string::npos);
}

TEST(Defaults, ATargetHasThePolicysTimeoutUnlessItHasItsOwn) {
  v1::Policy policy;
  v1::RouteNode target;
  EXPECT_EQ(EffectiveSettings(policy, target).ShortDebugString(), "request_timeout { seconds: 60 }");
  policy.mutable_request_timeout()->set_seconds(20);
  EXPECT_EQ(EffectiveSettings(policy, target).request_timeout().seconds(), 20);
  target.mutable_request_timeout()->set_seconds(90);
  EXPECT_EQ(EffectiveSettings(policy, target).request_timeout().seconds(), 90);
}

TEST(Defaults, ATargetsSettingsAreAsWritten) {
  const ConfigResult result = ParseConfig(kRoutingConfig, "");
  ASSERT_TRUE(result.ok()) << FormatErrors("f", result.errors);
  const v1::Policy& policy = result.loaded->config.policies(0);
  const auto& targets = policy.production().priority().targets();
  EXPECT_EQ(EffectiveSettings(policy, targets[0]).ShortDebugString(),
            "request_timeout { seconds: 20 } context_window: 128000 max_concurrent: 64");
  const v1::TargetSettings with_parameters = EffectiveSettings(policy, targets[2].round_robin().targets(0));
  EXPECT_EQ(with_parameters.parameters().fields().at("top_k").number_value(), 40);
  EXPECT_EQ(PrimaryTargetSettings().ShortDebugString(), "request_timeout { seconds: 60 }");
}

TEST(Defaults, ListenersBindWhereTheSchemaSays) {
  EXPECT_EQ(GrpcAddress(v1::Config()), "0.0.0.0:50051");
  EXPECT_EQ(AdminAddress(v1::Config()), "127.0.0.1:9901");
  EXPECT_EQ(AdminGrpcAddress(v1::Config()), "");
  const ConfigResult result = ParseConfig(kGoodConfig, "");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(GrpcAddress(result.loaded->config), "127.0.0.1:0");
  EXPECT_EQ(AdminGrpcAddress(result.loaded->config), "[::1]:9902");
}

TEST(Defaults, TheGrpcListenersLimitsAreWhatTheSchemaSays) {
  v1::Config config;
  EXPECT_EQ(GrpcSettings(config).ShortDebugString(),
            "address: \"0.0.0.0:50051\" max_message_bytes: 33554432 max_connections: 10000 "
            "max_connection_age { seconds: 300 } max_connection_age_grace { seconds: 3600 } "
            "max_metadata_bytes: 16384");
  config.mutable_server()->mutable_grpc()->set_max_message_bytes(4096);
  EXPECT_EQ(GrpcSettings(config).max_message_bytes(), 4096u);
}

TEST(Defaults, WhatCallersMayAskForIsBoundedAsTheSchemaSays) {
  v1::Config config;
  EXPECT_EQ(LimitSettings(config).ShortDebugString(),
            "max_calls_in_flight: 10000 max_request_values: 250000 max_messages: 10000");
  config.mutable_server()->mutable_limits()->set_max_calls_in_flight_per_caller(7);
  EXPECT_EQ(LimitSettings(config).max_calls_in_flight_per_caller(), 7u);
}

TEST(Defaults, ShutdownBeginsAtOnceAndTakes30Seconds) {
  v1::Config config;
  EXPECT_EQ(ShutdownDelay(config), std::chrono::nanoseconds::zero());
  EXPECT_EQ(ShutdownGrace(config), std::chrono::seconds(30));
  config.mutable_server()->mutable_shutdown_delay()->set_seconds(5);
  config.mutable_server()->mutable_shutdown_grace()->set_nanos(500'000'000);
  EXPECT_EQ(ShutdownDelay(config), std::chrono::seconds(5));
  EXPECT_EQ(ShutdownGrace(config), std::chrono::milliseconds(500));
}

TEST(Defaults, AnEndpointIsInProductionUnlessItSaysOtherwise) {
  v1::Endpoint endpoint;
  EXPECT_EQ(EnvironmentOf(endpoint), v1::ENVIRONMENT_PRODUCTION);
  endpoint.set_environment(v1::ENVIRONMENT_SANDBOX);
  EXPECT_EQ(EnvironmentOf(endpoint), v1::ENVIRONMENT_SANDBOX);
}

}  // namespace
}  // namespace spillway::server
