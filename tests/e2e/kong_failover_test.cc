// examples/kong-failover.yaml: what Kong's AI gateway is documented to do, and what its users miss there.

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/concurrent_callers.h"
#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kFirst[] = "openai/gpt-4o";
constexpr char kSecond[] = "azure/gpt-4o";

Example Kong() { return Example("kong-failover.yaml"); }

std::string Header(const sim::LogEntry& entry, const std::string& name) {
  const std::string* value = FindHeader(entry.request.headers, name);
  return value == nullptr ? "(none)" : *value;
}

struct Criterion {
  const char* name;
  const char* script;
};

class KongCriterionTest : public ::testing::TestWithParam<Criterion> {};

TEST_P(KongCriterionTest, SpillsToTheNextTarget) {
  Example kong = Kong().Script("openai", GetParam().script);
  if (std::string(GetParam().script) == "silence") {
    kong.With("request_timeout: 30000ms", "request_timeout: 2000ms");
  }
  ExampleScene scene(kong);
  const auto result = scene.Chat();
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(ServedBy(result), kSecond);
}

INSTANTIATE_TEST_SUITE_P(
    All, KongCriterionTest,
    ::testing::Values(Criterion{"error_reset", "reset"}, Criterion{"error_cut", "cut"},
                      Criterion{"timeout", "silence"}, Criterion{"invalid_header_no_http", "garbage"},
                      Criterion{"invalid_header_unreadable", "bad_json"},
                      Criterion{"invalid_header_oversized", "oversized_header"},
                      Criterion{"http_401", "invalid_key"}, Criterion{"http_403", "permission"},
                      Criterion{"http_404", "model_not_found"}, Criterion{"http_429", "rate_limited"},
                      Criterion{"http_500", "server_error"}, Criterion{"http_502", "bad_gateway"},
                      Criterion{"http_503", "overloaded"}, Criterion{"http_504", "ok:status=504"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(KongFailoverTest, AStatusThatIsNoCriterionGoesBackToTheCaller) {
  ExampleScene scene(Kong().Script("openai", "invalid_request"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(Tried(result), ElementsAre(kFirst));
  EXPECT_THAT(scene.Asked("azure"), IsEmpty());
  ExampleScene overloaded(Kong().Script("openai", "overloaded_529"));
  EXPECT_THAT(Tried(overloaded.Chat()), ElementsAre(kFirst));
}

TEST(KongFailoverTest, TheGroupOfTheGreatestWeightServesAslongAsItCan) {
  ExampleScene scene(Kong());
  EXPECT_THAT(Shares(scene.WhoServes(50)), UnorderedElementsAre(Pair(kFirst, 50)));
  EXPECT_THAT(WouldTry(scene.Route()), ElementsAre(kFirst, kSecond));
}

TEST(KongFailoverTest, TargetsOfOneWeightAreAGroupAndTakeTurns) {
  ExampleScene scene(
      Kong().With("          - {endpoint: azure, model: gpt-4o, weight: 1}\n    fail_on:\n",
                  "          - {endpoint: azure, model: gpt-4o, weight: 1}\n"
                  "          - {endpoint: openai, model: gpt-4o-mini, weight: 1000}\n    fail_on:\n"));
  EXPECT_THAT(scene.WhoServes(4), ElementsAre(kFirst, "openai/gpt-4o-mini", kFirst, "openai/gpt-4o-mini"));
  scene.Suspend(kFirst);
  EXPECT_THAT(scene.WhoServes(2), ElementsAre("openai/gpt-4o-mini", "openai/gpt-4o-mini"));
  scene.Suspend("openai/gpt-4o-mini");
  EXPECT_THAT(scene.WhoServes(2), ElementsAre(kSecond, kSecond));
}

TEST(KongFailoverTest, WeightsOf1000And1AsSharesGiveTheSecondOneCallOf1001) {
  ExampleScene scene(Kong());
  EXPECT_THAT(Shares(scene.WhoServes(1001, "gpt-4o-mini")),
              UnorderedElementsAre(Pair("openai/gpt-4o-mini", 1000), Pair(kSecond, 1)));
}

TEST(KongFailoverTest, TwoFailuresWithinTheWindowTakeATargetOutWhateverSucceedsBetween) {
  ExampleScene scene(
      Kong().Script("openai", R"({"steps": ["overloaded", "ok", "overloaded"], "then": "ok"})"));
  EXPECT_THAT(scene.WhoServes(2), ElementsAre(kSecond, kFirst));
  EXPECT_EQ(scene.Target(kFirst).state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(scene.Target(kFirst).fails(), 1);
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
  const v1::TargetStatus out = scene.Target(kFirst);
  EXPECT_EQ(out.state(), v1::TARGET_STATE_SUSPENDED);
  const auto left = TimeOf(out.suspended_until()) - std::chrono::system_clock::now();
  EXPECT_LE(left, std::chrono::milliseconds(30'000));
  EXPECT_GT(left, std::chrono::milliseconds(20'000));
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
  EXPECT_THAT(scene.Asked("openai"), SizeIs(3));
}

TEST(KongFailoverTest, CountedInARowASuccessBetweenMakesGood) {
  ExampleScene scene(
      Kong()
          .With("count_mode: window", "count_mode: consecutive")
          .Script("openai", R"({"steps": ["overloaded", "ok", "overloaded", "overloaded"], "then": "ok"})"));
  EXPECT_THAT(scene.WhoServes(3), ElementsAre(kSecond, kFirst, kSecond));
  EXPECT_EQ(scene.Target(kFirst).state(), v1::TARGET_STATE_AVAILABLE);
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
  EXPECT_EQ(scene.Target(kFirst).state(), v1::TARGET_STATE_SUSPENDED);
}

TEST(KongFailoverTest, AFailureOlderThanFailTimeoutIsForgotten) {
  ExampleScene scene(Kong()
                         .With("fail_timeout: 30000ms", "fail_timeout: 100ms")
                         .Script("openai", R"({"steps": ["overloaded"], "then": "ok"})"));
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
  // The window is what is waited for.
  for (int i = 0; i < 500 && scene.Target(kFirst).fails() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(scene.Target(kFirst).fails(), 0);
}

TEST(KongFailoverTest, TheTargetIsBackAfterItsTimeByOneProbe) {
  ExampleScene scene(Kong()
                         .With("suspend_duration: 30000ms\n    request_timeout",
                               "suspend_duration: 200ms\n    request_timeout")
                         .Script("openai", R"({"steps": ["overloaded", "overloaded"], "then": "ok"})"));
  EXPECT_THAT(scene.WhoServes(2), ElementsAre(kSecond, kSecond));
  EXPECT_THAT(scene.Asked("openai"), SizeIs(2));
  scene.WaitUntilDue(kFirst);
  const auto back = scene.Chat();
  EXPECT_EQ(ServedBy(back), kFirst);
  EXPECT_TRUE(back.response.route().attempts(0).probe());
}

TEST(KongFailoverTest, Retries3AreFourAttemptsAtMost) {
  // Five targets, and no memory to take one out on the way.
  ExampleScene scene(
      Kong()
          .With("          - {endpoint: azure, model: gpt-4o, weight: 1}\n    fail_on:\n      - error",
                "          - {endpoint: openai, model: gpt-4o-mini, weight: 5}\n"
                "          - {endpoint: openai, model: gpt-4o-mini, weight: 4, path: /v1/b/completions}\n"
                "          - {endpoint: openai, model: gpt-4o-mini, weight: 3, path: /v1/c/completions}\n"
                "          - {endpoint: azure, model: gpt-4o, weight: 1}\n    fail_on:\n      - error")
          .With("    max_fails: 2\n    count_mode: window # a success in between does not make good; "
                "consecutive: it does\n    fail_timeout: 30000ms\n    suspend_duration: 30000ms\n",
                "")
          .Script("openai", "overloaded"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_FAILED");
  EXPECT_THAT(Tried(result), SizeIs(4));
  EXPECT_THAT(scene.Asked("azure"), IsEmpty());
}

TEST(KongFailoverTest, AnInvalidKeyOnThePrimaryFailsOverAndIsNotTriedAgain) {
  ExampleScene scene(Kong().Script("openai", "invalid_key"));
  EXPECT_THAT(scene.WhoServes(3), ElementsAre(kSecond, kSecond, kSecond));
  EXPECT_THAT(scene.Asked("openai"), SizeIs(1));
  EXPECT_EQ(scene.Target(kFirst).failure(), v1::FAILURE_CREDENTIALS);
}

TEST(KongFailoverTest, OpenAiToAzureIsTranslated) {
  ExampleScene scene(Kong().Script("openai", "overloaded"));
  EXPECT_EQ(ServedBy(scene.Chat()), kSecond);
  const sim::LogEntry openai = scene.Asked("openai").at(0);
  const sim::LogEntry azure = scene.Asked("azure").at(0);
  EXPECT_EQ(openai.request.target, "/v1/chat/completions");
  EXPECT_EQ(azure.request.target, "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
  EXPECT_THAT(Header(openai, "authorization"), HasSubstr("Bearer "));
  EXPECT_EQ(Header(azure, "authorization"), "(none)");
  EXPECT_THAT(Header(azure, "api-key"), HasSubstr("sha256:"));
  EXPECT_EQ(BodyOf(azure).at("messages"), BodyOf(openai).at("messages"));
}

TEST(KongFailoverTest, ProviderModelAndBothLatenciesAreInTheHeaders) {
  ExampleScene scene(Kong()
                         .Script("openai", R"({"fault": "overloaded", "delay_ms": 1500})")
                         .Script("azure", R"({"fault": "ok", "delay_ms": 40})"));
  const auto result = scene.Chat();
  ASSERT_TRUE(result.ok()) << result.status.error_message();
  EXPECT_EQ(result.metadata.at("x-spillway-provider"), "azure");
  EXPECT_EQ(result.metadata.at("x-spillway-model"), "gpt-4o");
  EXPECT_EQ(result.metadata.at("x-spillway-attempts"), "2");
  EXPECT_GE(std::stod(result.metadata.at("x-spillway-upstream-latency-ms")), 40);
  // The failed attempt is waiting for a provider too, and no part of the router's own.
  EXPECT_GE(TimeUtil::DurationToMilliseconds(result.response.route().attempts(0).latency()), 1500);
  EXPECT_LT(std::stod(result.metadata.at("x-spillway-router-latency-ms")), 1500);
}

}  // namespace
}  // namespace spillway::e2e
