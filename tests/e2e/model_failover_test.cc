// examples/model-failover.yaml: a call for a model goes to its primary, and to the fallbacks when that fails.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/example_scene.h"
#include "tests/support/key_digest.h"

namespace spillway::e2e {
namespace {

using google::protobuf::util::TimeUtil;
using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Example ModelFailover() { return Example("model-failover.yaml"); }

// The file with two callers, one in each environment.
Example WithCallers() {
  return ModelFailover().With(
      "\nproviders:\n",
      absl::StrCat("\ncallers:\n  - {name: shop, key_sha256: ", testing::KeyDigest(kProductionKey),
                   "}\n  - {name: ci, environment: sandbox, key_sha256: ", testing::KeyDigest(kSandboxKey),
                   "}\n\nproviders:\n"));
}

v1::ChatRequest RichCall(const std::string& model) {
  v1::ChatRequest request = TestCall(model);
  EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(R"(
      messages {role: ROLE_ASSISTANT tool_calls {id: "call_1" type: "function" function {name: "f" arguments: "{\"model\": 1.50}"}}}
      messages {role: ROLE_TOOL tool_call_id: "call_1" content: "gpt-4o \"model\":\"gpt-4o\" \xf0\x9f\x98\x80\n"}
      tools {type: "function" function {name: "f" parameters {fields {key: "type" value {string_value: "object"}}}}}
      temperature: 0.7 max_tokens: 50 stop: "END" seed: 7 user: "gpt-4o"
      extra {fields {key: "vendor_field" value {string_value: "gpt-4o"}}})",
                                                            &request));
  return request;
}

// The body with its own `model` left out, and nothing else.
std::string WithoutModel(const sim::LogEntry& entry) {
  const std::string field = absl::StrCat(R"("model":")", ModelIn(entry), R"(")");
  std::string body = entry.request.body;
  const std::size_t at = body.find(field);
  EXPECT_EQ(at, 1u) << body;
  return at == std::string::npos ? body : body.erase(at, field.size());
}

TEST(ModelFailoverTest, AHealthyPrimaryServes) {
  ExampleScene scene(ModelFailover());
  const auto result = scene.Chat();
  ExpectServedBy("openai", result);
  EXPECT_EQ(result.response.route().policy(), "gpt-4o-failover");
  EXPECT_THAT(WouldTry(scene.Route()), ElementsAre("openai/gpt-4o", "azure/gpt-4o", "mistral/mistral-large"));
}

TEST(ModelFailoverTest, AThrottledPrimaryIsReplacedAndTheCallSucceeds) {
  ExampleScene scene(ModelFailover().Script("openai", "rate_limited:retry_after=5"));
  const auto result = scene.Chat();
  ExpectServedBy("azure", result);
  ASSERT_THAT(Tried(result), ElementsAre("openai/gpt-4o", "azure/gpt-4o"));
  const v1::Attempt& first = result.response.route().attempts(0);
  EXPECT_EQ(first.failure(), v1::FAILURE_RATE_LIMITED);
  EXPECT_EQ(first.http_status(), 429);
  EXPECT_THAT(first.message(), HasSubstr("Rate limit reached"));
  EXPECT_EQ(result.metadata.at("x-spillway-provider"), "azure");
  EXPECT_EQ(result.metadata.at("x-spillway-attempts"), "2");
  EXPECT_EQ(scene.Target("openai/gpt-4o").state(), v1::TARGET_STATE_SUSPENDED);
  ExpectServedBy("azure", scene.Chat());
  EXPECT_THAT(scene.Asked("openai"), SizeIs(1));
}

TEST(ModelFailoverTest, FallbacksAreTriedInTheirOrderUntilOneServes) {
  ExampleScene scene(ModelFailover().Script("openai", "rate_limited").Script("azure", "overloaded"));
  const auto result = scene.Chat();
  ExpectServedBy("mistral", result);
  EXPECT_THAT(Tried(result), ElementsAre("openai/gpt-4o", "azure/gpt-4o", "mistral/mistral-large"));
}

TEST(ModelFailoverTest, TheModelIsRewrittenForEachAttemptAndEveryOtherByteIsAsItWas) {
  ExampleScene scene(ModelFailover().Script("openai", "overloaded").Script("azure", "overloaded"));
  ExpectServedBy("mistral", scene.Chat(RichCall("gpt-4o")));
  // The same call with the last fallback's model for a primary: the body that it has to be restored to.
  ExpectServedBy("mistral", scene.Chat(RichCall("mistral-large")));
  const std::vector<sim::LogEntry> asked = scene.sim().Log();
  ASSERT_THAT(asked, SizeIs(4));
  EXPECT_EQ(ModelIn(asked[0]), "gpt-4o");
  EXPECT_EQ(ModelIn(asked[1]), "gpt-4o");
  EXPECT_EQ(ModelIn(asked[2]), "mistral-large");
  EXPECT_EQ(WithoutModel(asked[1]), WithoutModel(asked[0]));
  EXPECT_EQ(WithoutModel(asked[2]), WithoutModel(asked[0]));
  EXPECT_EQ(asked[3].request.body, asked[2].request.body);
  EXPECT_EQ(asked[1].request.target, "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
}

TEST(ModelFailoverTest, ASilentPrimaryFailsOverAfterTheRequestTimeout) {
  ExampleScene scene(
      ModelFailover().With("request_timeout: 30s", "request_timeout: 2s").Script("openai", "silence"));
  const auto result = scene.Chat();
  ExpectServedBy("azure", result);
  const v1::Attempt& first = result.response.route().attempts(0);
  EXPECT_EQ(first.failure(), v1::FAILURE_TIMEOUT);
  EXPECT_GE(TimeUtil::DurationToMilliseconds(first.latency()), 2000);
  EXPECT_LT(TimeUtil::DurationToMilliseconds(first.latency()), 15'000);
  EXPECT_EQ(scene.Target("openai/gpt-4o").failure(), v1::FAILURE_TIMEOUT);
}

TEST(ModelFailoverTest, EverythingExhaustedIsUnavailableWithEachProvidersOwnError) {
  ExampleScene scene(ModelFailover()
                         .Script("openai", "rate_limited:retry_after=5")
                         .Script("azure", "model_not_found")
                         .Script("mistral", R"({"fault": "ok", "status": 503,
                                                "body": {"message": "This region is being drained."}})"));
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_FAILED");
  EXPECT_THAT(result.status.error_message(),
              AllOf(HasSubstr("gpt-4o-failover"), HasSubstr("3 attempts"), HasSubstr("being drained")));
  const v1::RouteTrace& trace = client::TraceOf(result);
  ASSERT_EQ(trace.attempts_size(), 3);
  EXPECT_THAT(trace.attempts(0).message(), HasSubstr("Rate limit reached"));
  EXPECT_THAT(trace.attempts(1).message(), HasSubstr("API deployment for this resource does not exist"));
  EXPECT_EQ(trace.attempts(2).message(), "This region is being drained.");
  ASSERT_TRUE(result.details.retry_delay);
  EXPECT_GT(*result.details.retry_delay, std::chrono::seconds(25));
  EXPECT_LE(*result.details.retry_delay, std::chrono::seconds(30));
}

TEST(ModelFailoverTest, ProductionIsConfiguredAndSandboxIsNot) {
  ExampleScene scene(WithCallers());
  ExpectServedBy("openai", scene.Caller(kProductionKey).Chat(TestCall()));
  const auto refused = scene.Caller(kSandboxKey).Chat(TestCall());
  EXPECT_EQ(refused.status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(refused), "UNKNOWN_MODEL");
  EXPECT_THAT(refused.status.error_message(), AllOf(HasSubstr("'gpt-4o'"), HasSubstr("sandbox")));
  EXPECT_THAT(scene.sim().Log(), SizeIs(1)) << "the sandbox's call must reach nobody";
}

TEST(ModelFailoverTest, RouteSaysWhereThePolicyExists) {
  ExampleScene scene(ModelFailover());
  EXPECT_EQ(scene.Route("gpt-4o", v1::ENVIRONMENT_PRODUCTION).response.policy(), "gpt-4o-failover");
  EXPECT_EQ(scene.Route("gpt-4o", v1::ENVIRONMENT_SANDBOX).status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(scene.sim().Log(), IsEmpty());
}

TEST(ModelFailoverTest, PoliciesWithDifferentPrimariesStandSideBySide) {
  ExampleScene scene(ModelFailover());
  const auto one = scene.Chat("gpt-4o");
  const auto other = scene.Chat("mistral-large");
  EXPECT_EQ(ServedBy(one), "openai/gpt-4o");
  EXPECT_EQ(one.metadata.at("x-spillway-policy"), "gpt-4o-failover");
  EXPECT_EQ(ServedBy(other), "mistral/mistral-large");
  EXPECT_EQ(other.metadata.at("x-spillway-policy"), "mistral-failover");
}

TEST(ModelFailoverTest, PoliciesShareTheHealthOfATarget) {
  ExampleScene scene(ModelFailover().Script("openai", "overloaded").Script("mistral", "overloaded"));
  EXPECT_THAT(WouldTry(scene.Route("mistral-large")), ElementsAre("mistral/mistral-large", "openai/gpt-4o"));
  // What one policy found out about openai/gpt-4o, the other knows.
  EXPECT_EQ(ServedBy(scene.Chat("gpt-4o")), "azure/gpt-4o");
  EXPECT_THAT(WouldTry(scene.Route("mistral-large")), ElementsAre("mistral/mistral-large"));
  const auto result = scene.Chat("mistral-large");
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(Tried(result), ElementsAre("mistral/mistral-large"));
  EXPECT_THAT(scene.Asked("openai"), SizeIs(1));
  // And the other way round.
  EXPECT_THAT(WouldTry(scene.Route("gpt-4o")), ElementsAre("azure/gpt-4o"));
}

}  // namespace
}  // namespace spillway::e2e
