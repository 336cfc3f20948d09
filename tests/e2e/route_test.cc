// Route says what Chat would do, and does nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> WouldTry(const client::Result<v1::RouteResponse>& result) {
  std::vector<std::string> endpoints;
  for (const v1::Candidate& candidate : result.response.candidates()) {
    if (candidate.would_try()) endpoints.push_back(candidate.target().endpoint());
  }
  return endpoints;
}

std::vector<std::string> Tried(const v1::RouteTrace& trace) {
  std::vector<std::string> endpoints;
  for (const v1::Attempt& attempt : trace.attempts()) endpoints.push_back(attempt.target().endpoint());
  return endpoints;
}

TEST(RouteTest, ShowsTheOrderThatChatTakes) {
  Scene scene({.primary = "tls,fault=overloaded", .backup = "tls,fault=overloaded,fault=ok"});
  const auto before = scene.Route();
  ASSERT_TRUE(before.ok()) << before.status.error_message();
  EXPECT_EQ(before.response.policy(), "failover");
  EXPECT_EQ(before.response.environment(), v1::ENVIRONMENT_PRODUCTION);
  EXPECT_EQ(before.response.settings().suspend_duration().seconds(), 30);
  EXPECT_THAT(WouldTry(before), ElementsAre("primary", "backup"));
  EXPECT_EQ(before.metadata.count("x-request-id"), 1u);
  const auto failed = scene.Chat();
  EXPECT_EQ(Tried(*failed.details.route), WouldTry(before));
}

TEST(RouteTest, PassesOverWhatIsSuspended) {
  Scene scene({.primary = "tls,fault=rate_limited:retry_after=30"});
  ExpectServedBy("backup", scene.Chat());
  const auto route = scene.Route();
  EXPECT_THAT(WouldTry(route), ElementsAre("backup"));
  ASSERT_EQ(route.response.candidates_size(), 2);
  const v1::Candidate& passed_over = route.response.candidates(1);
  EXPECT_EQ(passed_over.target().endpoint(), "primary");
  EXPECT_EQ(passed_over.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_EQ(passed_over.failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_TRUE(passed_over.has_suspended_until());
  EXPECT_EQ(Tried(scene.Chat().response.route()), WouldTry(route));
}

// What is known of the targets. The time of day of a failure is worked out anew each time it is asked for.
std::string TargetsOf(const Scene& scene) {
  v1::ListTargetsResponse targets = scene.admin().ListTargets().response;
  for (v1::TargetStatus& target : *targets.mutable_targets()) {
    if (target.figures().has_last_failure()) target.mutable_figures()->mutable_last_failure()->clear_time();
  }
  return targets.DebugString();
}

TEST(RouteTest, ChangesNothingAndCallsNobody) {
  Scene scene({.primary = "tls,fault=overloaded", .settings = {"suspend_duration: 30s", "max_fails: 2"}});
  ExpectServedBy("backup", scene.Chat());
  const std::string before = TargetsOf(scene);
  const std::size_t asked = scene.sim().Log().size();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(scene.Route().ok());
  EXPECT_EQ(TargetsOf(scene), before);
  EXPECT_EQ(scene.sim().Log().size(), asked);
  EXPECT_EQ(scene.Metric(R"(spillway_calls_total{code="OK",environment="production",policy="failover"})"), 1);
}

TEST(RouteTest, AnUnnamedModelIsThePrimaryEndpointsOrNobodys) {
  Scene with({.primary_endpoint = true});
  const auto route = with.Route("llama");
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route.response.policy(), "");
  ASSERT_EQ(route.response.candidates_size(), 1);
  EXPECT_EQ(route.response.candidates(0).target().endpoint(), "primary");
  EXPECT_EQ(route.response.candidates(0).target().model(), "llama");
  Scene without;
  EXPECT_EQ(without.Route("llama").status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(RouteTest, AnEmptyModelIsAMistake) {
  Scene scene;
  const auto route = scene.Route("");
  EXPECT_EQ(route.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(route.details.violations.size(), 1u);
}

}  // namespace
}  // namespace spillway::e2e
