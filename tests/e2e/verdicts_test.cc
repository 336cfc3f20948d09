// How a call ends that no target serves: what the caller is told, and who is blamed for it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string ReasonOf(const client::Outcome& outcome) {
  return outcome.details.error_info ? outcome.details.error_info->reason() : "";
}

TEST(VerdictTest, AnExhaustedCallKeepsEachProvidersOwnWords) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=20", .backup = "tls,fault=overloaded"});
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(
      result.status.error_message(),
      AllOf(HasSubstr("policy failover"), HasSubstr("2 attempts"),
            HasSubstr("azure/backup gpt-4o-mini: overloaded (HTTP 503)"), HasSubstr("currently overloaded")));
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_FAILED");
  EXPECT_EQ(result.details.error_info->domain(), "spillway");
  ASSERT_TRUE(result.details.route);
  const v1::RouteTrace& trace = *result.details.route;
  EXPECT_FALSE(trace.has_served_by());
  ASSERT_EQ(trace.attempts_size(), 2);
  EXPECT_THAT(trace.attempts(0).message(), HasSubstr("Rate limit reached"));
  EXPECT_EQ(trace.attempts(0).provider_code(), "rate_limit_exceeded");
  EXPECT_EQ(trace.attempts(0).retry_after().seconds(), 20);
  EXPECT_THAT(trace.attempts(1).message(), HasSubstr("currently overloaded"));
  ASSERT_TRUE(result.details.retry_delay);
  // Not before the suspension is over, whatever shorter time the provider named.
  EXPECT_LE(*result.details.retry_delay, std::chrono::seconds(30));
  EXPECT_GT(*result.details.retry_delay, std::chrono::seconds(25));
}

TEST(VerdictTest, ALastRateLimitIsResourceExhausted) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=rate_limited"});
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(
      scene.Metric(
          R"(spillway_calls_total{code="RESOURCE_EXHAUSTED",environment="production",policy="failover"})"),
      1);
}

TEST(VerdictTest, AllSuspendedFailsAtOnceAndAsksNobody) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded"});
  scene.Chat();
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_SUSPENDED");
  EXPECT_THAT(result.status.error_message(),
              HasSubstr("every target is suspended; the first is due back in"));
  ASSERT_TRUE(result.details.route);
  EXPECT_EQ(result.details.route->skipped_size(), 2);
  EXPECT_EQ(result.details.route->skipped(0).failure(), v1::FAILURE_OVERLOADED);
  EXPECT_TRUE(result.details.route->skipped(0).has_suspended_until());
  ASSERT_TRUE(result.details.retry_delay);
  EXPECT_LE(*result.details.retry_delay, std::chrono::seconds(30));
  EXPECT_EQ(result.metadata.at("x-spillway-attempts"), "0");
  EXPECT_EQ(scene.sim().Log().size(), 2u);
}

// One the next target would refuse as well: it is the request's fault.
struct Refusal {
  std::string fault;
  v1::Failure failure;
  std::string name;
  std::string words;
};

class RefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, GoesBackAtOnceAndHarmsNobody) {
  Scene scene({.primary = "tls,fault=" + GetParam().fault});
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.status.error_message(),
              AllOf(HasSubstr("openai/primary gpt-4o: " + GetParam().name + " (HTTP 400)"),
                    HasSubstr(GetParam().words)));
  EXPECT_EQ(ReasonOf(result), "REFUSED_BY_PROVIDER");
  ASSERT_TRUE(result.details.route);
  ASSERT_EQ(result.details.route->attempts_size(), 1);
  EXPECT_EQ(result.details.route->attempts(0).failure(), GetParam().failure);
  EXPECT_FALSE(result.details.retry_delay);
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(scene.Target("primary").fails(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    VerdictTest, RefusalTest,
    ::testing::Values(Refusal{"invalid_request", v1::FAILURE_INVALID_REQUEST, "invalid_request",
                              "'stop' is not supported with this model"},
                      Refusal{"context_length", v1::FAILURE_CONTEXT_LENGTH, "context_length",
                              "maximum context length is 8192 tokens"},
                      Refusal{"content_filter", v1::FAILURE_CONTENT_FILTER, "content_filter",
                              "triggered the content management policy"}),
    [](const auto& info) { return info.param.fault; });

TEST(FailOnTest, ContentFilterSpillsWhereThePolicySaysSo) {
  Scene scene({.primary = "tls,fault=content_filter", .settings = {"fail_on: [content_filter]"}});
  ExpectServedBy("backup", scene.Chat());
}

TEST(FailOnTest, WhatTheListDoesNotNameGoesBackToTheCaller) {
  Scene scene(
      {.primary = "tls,fault=overloaded", .settings = {"suspend_duration: 30s", "fail_on: [429, 500]"}});
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "REFUSED_BY_PROVIDER");
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(RetriesTest, NoneMeansOneAttempt) {
  Scene scene({.primary = "tls,fault=overloaded", .settings = {"retries: 0"}});
  EXPECT_EQ(scene.Chat().status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
}

TEST(TotalTimeoutTest, BoundsAllAttemptsTogether) {
  Scene scene({.primary = "tls,fault=silence",
               .backup = "tls,fault=silence",
               .settings = {"request_timeout: 2s", "total_timeout: 3500ms", "suspend_duration: 30s"}});
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
  ASSERT_TRUE(result.details.route);
  ASSERT_EQ(result.details.route->attempts_size(), 2);
  EXPECT_EQ(result.details.route->attempts(0).failure(), v1::FAILURE_TIMEOUT);
  EXPECT_EQ(result.details.route->attempts(1).failure(), v1::FAILURE_DEADLINE);
  EXPECT_EQ(scene.Target("backup").state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(TotalTimeoutTest, TheLongestSettingsAreAsGoodAsNone) {
  Scene scene({.settings = {"request_timeout: 86399s", "suspend_duration: 24h", "total_timeout: 24h"}});
  ExpectServedBy("primary", scene.Chat());
  scene.sim().SetScript("primary", "overloaded");
  ExpectServedBy("backup", scene.Chat());
  ExpectServedBy("backup", scene.Chat());
  EXPECT_EQ(scene.Asked("primary").size(), 2u);
}

}  // namespace
}  // namespace spillway::e2e
