// examples/nested.yaml: strategies within strategies, and what a target may say of itself.

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/concurrent_callers.h"
#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kModel[] = "assistant";
constexpr char kOpenAi[] = "openai/gpt-4o";
constexpr char kAzure[] = "azure/gpt-4o";
constexpr char kMistral[] = "mistral/mistral-large";
constexpr char kSmall[] = "openai/gpt-4o-mini";

Example Nested() { return Example("nested.yaml"); }

const v1::Candidate* CandidateOf(const client::Result<v1::RouteResponse>& route, const std::string& name) {
  for (const v1::Candidate& candidate : route.response.candidates()) {
    if (NameOf(candidate.target()) == name) return &candidate;
  }
  return nullptr;
}

TEST(NestedTest, SharesAreThoseOfTheStrategyThatHasWeights) {
  ExampleScene scene(Nested());
  EXPECT_THAT(Shares(scene.WhoServes(40, kModel)),
              UnorderedElementsAre(Pair(kOpenAi, 30), Pair(kMistral, 10)));
}

TEST(NestedTest, ACallFinishesTheChildItWasSentToBeforeItGoesOn) {
  ExampleScene scene(Nested().Script("openai", "overloaded").Script("azure", "overloaded"));
  const auto result = scene.Chat(kModel);
  EXPECT_THAT(Tried(result), ElementsAre(kOpenAi, kAzure, kMistral));
}

TEST(NestedTest, WhatComesLastIsTriedWhenAllBeforeItIsOut) {
  ExampleScene scene(Nested());
  for (const char* name : {kOpenAi, kAzure, kMistral}) scene.Suspend(name);
  EXPECT_THAT(scene.WhoServes(2, kModel), ElementsAre(kSmall, kSmall));
}

TEST(NestedTest, ATargetsParametersStandInPlaceOfTheCallers) {
  ExampleScene scene(Nested());
  for (const char* name : {kOpenAi, kAzure, kMistral}) scene.Suspend(name);
  v1::ChatRequest request = TestCall(kModel);
  request.set_temperature(1.5);
  request.set_max_tokens(4000);
  request.set_logprobs(true);
  request.set_seed(7);
  ASSERT_EQ(ServedBy(scene.Chat(request)), kSmall);
  const boost::json::object body = BodyOf(scene.Asked("openai").at(0));
  EXPECT_EQ(body.at("temperature").to_number<double>(), 0);
  EXPECT_EQ(body.at("max_tokens").to_number<int>(), 512);
  EXPECT_FALSE(body.contains("logprobs"));
  EXPECT_EQ(body.at("seed").to_number<int>(), 7);
}

TEST(NestedTest, OtherTargetsGetTheCallersOwnParameters) {
  ExampleScene scene(Nested());
  v1::ChatRequest request = TestCall(kModel);
  request.set_temperature(1.5);
  ASSERT_EQ(ServedBy(scene.Chat(request)), kOpenAi);
  EXPECT_EQ(BodyOf(scene.Asked("openai").at(0)).at("temperature").to_number<double>(), 1.5);
}

TEST(NestedTest, ATargetsRequestTimeoutStandsInPlaceOfThePolicys) {
  ExampleScene scene(
      Nested().With("request_timeout: 10s", "request_timeout: 250ms").Script("openai", "silence"));
  for (const char* name : {kOpenAi, kAzure, kMistral}) scene.Suspend(name);
  const auto result = scene.Chat(kModel);
  ASSERT_FALSE(result.ok());
  ASSERT_THAT(Tried(result), ElementsAre(kSmall));
  const v1::Attempt& attempt = result.details.route->attempts(0);
  EXPECT_EQ(attempt.failure(), v1::FAILURE_TIMEOUT);
  EXPECT_GE(TimeUtil::DurationToMilliseconds(attempt.latency()), 250);
  EXPECT_LT(TimeUtil::DurationToMilliseconds(attempt.latency()), 10'000);
}

TEST(NestedTest, ATooLongRequestGoesToALargerWindowAndHarmsNobody) {
  ExampleScene scene(Nested().Script("openai", "context_length"));
  const auto result = scene.Chat(kModel);
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  // Not to Azure, whose window is no larger.
  EXPECT_THAT(Tried(result), ElementsAre(kOpenAi, kMistral));
  EXPECT_EQ(scene.Target(kOpenAi).fails(), 0);
  EXPECT_EQ(scene.Target(kOpenAi).state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(NestedTest, ARequestThatIsTooLongForTheLargestIsTheCallersMistake) {
  ExampleScene scene(Nested().Script("openai", "context_length").Script("mistral", "context_length"));
  const auto result = scene.Chat(kModel);
  EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(Tried(result), ElementsAre(kOpenAi, kMistral));
}

TEST(NestedTest, ATooLongRequestWhoseLargerTargetIsOutIsNotTheCallersMistake) {
  ExampleScene scene(Nested().Script("openai", "context_length"));
  scene.Suspend(kMistral);
  const auto result = scene.Chat(kModel);
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(Tried(result), ElementsAre(kOpenAi));
}

TEST(NestedTest, ATargetWithAsManyCallsAsItMayHaveIsPassedOver) {
  ExampleScene scene(Nested()
                         .With("max_concurrent: 8", "max_concurrent: 1")
                         .Script("mistral", R"({"fault": "ok", "delay_ms": 3000})"));
  scene.Suspend(kOpenAi);
  scene.Suspend(kAzure);
  auto slow = std::async(std::launch::async, [&] { return scene.Chat(kModel); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  const auto meanwhile = scene.Chat(kModel);
  EXPECT_EQ(ServedBy(meanwhile), kSmall);
  std::vector<std::string> reasons;
  for (const v1::SkippedTarget& skipped : meanwhile.response.route().skipped()) {
    if (NameOf(skipped.target()) == kMistral) reasons.push_back(skipped.reason());
  }
  EXPECT_THAT(reasons, ElementsAre("saturated"));
  EXPECT_EQ(ServedBy(slow.get()), kMistral);
  EXPECT_EQ(scene.Target(kMistral).in_flight(), 0);
  EXPECT_EQ(ServedBy(scene.Chat(kModel)), kMistral);
}

TEST(NestedTest, WhenEveryTargetHasAsManyCallsAsItMayHaveTheCallIsRefused) {
  ExampleScene scene(Nested()
                         .With("max_concurrent: 8", "max_concurrent: 1")
                         .Script("mistral", R"({"fault": "ok", "delay_ms": 3000})"));
  for (const char* name : {kOpenAi, kAzure, kSmall}) scene.Suspend(name);
  auto slow = std::async(std::launch::async, [&] { return scene.Chat(kModel); });
  ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
  const auto refused = scene.Chat(kModel);
  EXPECT_EQ(refused.status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "ALL_TARGETS_SATURATED");
  EXPECT_TRUE(slow.get().ok());
}

TEST(NestedTest, ASpentRetryBudgetEndsCallsWithTheirFirstFailure) {
  // No memory, so that each call meets the dead target first and needs a further attempt.
  ExampleScene scene(Nested()
                         .With("    suspend_duration: 30s\n", "")
                         .With("{percent: 20, floor: 10}", "{percent: 0, floor: 2}")
                         .Script("openai", "overloaded"));
  std::vector<std::string> reasons;
  for (int i = 0; i < 4; ++i) {
    const auto result = scene.Chat(kModel);
    reasons.push_back(result.ok() ? ServedBy(result) : ReasonOf(result));
  }
  EXPECT_THAT(reasons, ElementsAre(kAzure, kAzure, kMistral, "RETRY_BUDGET_SPENT"));
  EXPECT_THAT(WouldTry(scene.Route(kModel)), ElementsAre(kOpenAi));
}

TEST(NestedTest, FailuresOfSeveralModelsOfAnEndpointTakeTheEndpointOut) {
  ExampleScene scene(
      Nested()
          .With("models: [gpt-4o, gpt-4o-mini]", "models: [gpt-4o, gpt-4o-mini, o3]")
          .With("          - endpoint: openai\n            model: gpt-4o-mini",
                "          - {endpoint: openai, model: o3}\n"
                "          - endpoint: openai\n            model: gpt-4o-mini")
          .Script("openai", R"({"steps": [{"fault": "overloaded", "times": 2}], "then": "ok"})"));
  scene.Suspend(kAzure);
  scene.Suspend(kMistral);
  const auto first = scene.Chat(kModel);
  // gpt-4o and o3 fail, and the third model is not tried any more.
  EXPECT_EQ(first.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(Tried(first), ElementsAre(kOpenAi, "openai/o3"));
  const v1::TargetStatus with = scene.Target(kSmall);
  EXPECT_EQ(with.state(), v1::TARGET_STATE_SUSPENDED);
  EXPECT_TRUE(with.with_endpoint());
  EXPECT_EQ(with.failure(), v1::FAILURE_OVERLOADED);
  const auto route = scene.Route(kModel);
  EXPECT_THAT(CandidateOf(route, kSmall)->reason(), HasSubstr("endpoint"));
}

TEST(NestedTest, RouteSaysWhatHoldsForEachTarget) {
  ExampleScene scene(Nested());
  const auto route = scene.Route(kModel);
  ASSERT_TRUE(route.ok()) << route.status.error_message();
  EXPECT_THAT(WouldTry(route), ElementsAre(kOpenAi, kAzure, kMistral, kSmall));
  EXPECT_EQ(route.response.settings().retry_budget().percent(), 20);
  EXPECT_EQ(route.response.settings().retry_budget().floor(), 10);
  const v1::TargetSettings& mistral = CandidateOf(route, kMistral)->settings();
  EXPECT_EQ(mistral.context_window(), 262144u);
  EXPECT_EQ(mistral.max_concurrent(), 8u);
  EXPECT_EQ(mistral.request_timeout().seconds(), 30);
  const v1::TargetSettings& small = CandidateOf(route, kSmall)->settings();
  EXPECT_EQ(small.request_timeout().seconds(), 10);
  EXPECT_EQ(small.parameters().fields().at("max_tokens").number_value(), 512);
}

}  // namespace
}  // namespace spillway::e2e
