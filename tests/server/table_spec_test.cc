#include "server/table_spec.h"

#include <gtest/gtest.h>

#include <google/protobuf/text_format.h>

#include <string>

namespace spillway::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

TEST(TableSpecTest, PoliciesStandInEachOfTheirEnvironments) {
  const auto config = Parse<v1::Config>(R"(
      endpoints {name: "prod" provider: "openai"} endpoints {name: "eu" provider: "azure"}
      endpoints {name: "box" provider: "local" environment: ENVIRONMENT_SANDBOX}
      policies {
        name: "chat" model: "gpt-4o"
        production {failover {
          targets {endpoint: "prod" model: "gpt-4o"}
          targets {failover {targets {endpoint: "eu" model: "mini" path: "/v1/x"}}}
        }}
        sandbox {failover {targets {endpoint: "box" model: "llama"}}}
      })");
  const router::TableSpec spec = TableSpecFrom(config);
  ASSERT_EQ(spec.policies.size(), 2u);
  EXPECT_EQ(spec.policies[0].name, "chat");
  EXPECT_EQ(spec.policies[0].model, "gpt-4o");
  EXPECT_EQ(spec.policies[0].environment, router::Environment::kProduction);
  ASSERT_EQ(spec.policies[0].root.children.size(), 2u);
  EXPECT_EQ(spec.policies[0].root.children[0].target.provider, "openai");
  const router::TableSpec::Node& nested = spec.policies[0].root.children[1];
  ASSERT_EQ(nested.children.size(), 1u);
  EXPECT_EQ(nested.children[0].target.provider, "azure");
  EXPECT_EQ(nested.children[0].target.model, "mini");
  EXPECT_EQ(nested.children[0].path, "/v1/x");
  EXPECT_EQ(spec.policies[1].environment, router::Environment::kSandbox);
  EXPECT_EQ(spec.policies[1].root.children[0].target.endpoint, "box");
}

TEST(TableSpecTest, APrimaryEndpointHasNoModelOfItsOwn) {
  const auto config = Parse<v1::Config>(R"(
      endpoints {name: "prod" provider: "openai" primary: true} endpoints {name: "eu" provider: "azure"}
      endpoints {name: "box" provider: "local" primary: true environment: ENVIRONMENT_SANDBOX})");
  const router::TableSpec spec = TableSpecFrom(config);
  ASSERT_EQ(spec.primaries.size(), 2u);
  EXPECT_EQ(spec.primaries[0].target.endpoint, "prod");
  EXPECT_EQ(spec.primaries[0].target.model, "");
  EXPECT_EQ(spec.primaries[0].environment, router::Environment::kProduction);
  EXPECT_EQ(spec.primaries[1].environment, router::Environment::kSandbox);
}

TEST(TableSpecTest, WhatIsNotGivenIsTheDefault) {
  const router::Settings settings = SettingsFrom(v1::Policy());
  EXPECT_EQ(settings.request_timeout, seconds(60));
  EXPECT_FALSE(settings.total_timeout);
  EXPECT_FALSE(settings.retries);
  EXPECT_EQ(settings.same_target_retries, 1u);
  EXPECT_EQ(settings.health.max_fails, 1u);
  EXPECT_EQ(settings.health.count_mode, router::CountMode::kConsecutive);
  EXPECT_FALSE(settings.health.suspend_duration);
  EXPECT_EQ(settings.health.max_suspend_duration, std::chrono::minutes(5));
  EXPECT_EQ(settings.all_suspended, router::AllSuspended::kFail);
}

TEST(TableSpecTest, EverySettingArrives) {
  const router::Settings settings = SettingsFrom(Parse<v1::Policy>(R"(
      request_timeout {nanos: 200000000} total_timeout {seconds: 7} retries: 0 same_target_retries: 0
      fail_on: "429" max_fails: 4 count_mode: COUNT_MODE_WINDOW fail_timeout {seconds: 3}
      suspend_duration {seconds: 20} max_suspend_duration {seconds: 40}
      all_suspended: ALL_SUSPENDED_LEAST_BAD)"));
  EXPECT_EQ(settings.request_timeout, milliseconds(200));
  EXPECT_EQ(settings.total_timeout, seconds(7));
  EXPECT_EQ(settings.retries, 0u);
  EXPECT_EQ(settings.same_target_retries, 0u);
  EXPECT_EQ(settings.health.max_fails, 4u);
  EXPECT_EQ(settings.health.count_mode, router::CountMode::kWindow);
  EXPECT_EQ(settings.health.fail_timeout, seconds(3));
  EXPECT_EQ(settings.health.suspend_duration, seconds(20));
  EXPECT_EQ(settings.health.max_suspend_duration, seconds(40));
  EXPECT_EQ(settings.all_suspended, router::AllSuspended::kLeastBad);
  router::FailedAttempt failed;
  failed.failure = router::Failure::kRateLimited;
  failed.http_status = 429;
  EXPECT_TRUE(settings.fail_on.Matches(failed));
  failed.failure = router::Failure::kOverloaded;
  failed.http_status = 503;
  EXPECT_FALSE(settings.fail_on.Matches(failed));
}

// The schema lets a duration reach a thousand years, nanoseconds in 64 bits do not.
TEST(TableSpecTest, AVeryLongTimeoutIsNotAVeryShortOne) {
  const router::Settings settings = SettingsFrom(
      Parse<v1::Policy>("request_timeout {seconds: 31536000000} suspend_duration {seconds: 31536000000}"));
  EXPECT_EQ(settings.request_timeout, nanoseconds::max());
  EXPECT_EQ(settings.health.suspend_duration, nanoseconds::max());
}

}  // namespace
}  // namespace spillway::server
