// What holds at every provider API: the answer, the failures, what is left out and what is passed over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "tests/e2e/apis_scene.h"

namespace spillway::e2e {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// The smallest picture there is: one transparent pixel.
constexpr char kPicture[] =
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

v1::ChatRequest Hello(const std::string& model) {
  v1::ChatRequest request;
  request.set_model(model);
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content("Say this is a test!");
  return request;
}

std::string ErrorOf(const client::Result<v1::ChatResponse>& result) {
  return std::to_string(result.status.error_code()) + ": " + result.status.error_message();
}

std::vector<std::string> DroppedBy(const client::Result<v1::ChatResponse>& result) {
  const auto& attempts = client::TraceOf(result).attempts();
  if (attempts.empty()) return {"no attempt"};
  const auto& dropped = attempts[attempts.size() - 1].dropped_fields();
  return {dropped.begin(), dropped.end()};
}

class ApisTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::string api() const { return GetParam(); }
  std::string model() const { return "chat-" + api(); }

  ApisScene scene_;
};

INSTANTIATE_TEST_SUITE_P(All, ApisTest, ::testing::ValuesIn(kApis),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(ApisTest, AnswersAPlainQuestion) {
  const auto result = scene_.Chat(Hello(model()));
  ASSERT_TRUE(result.ok()) << ErrorOf(result) << scene_.LatestBody(api());
  const v1::Choice& choice = result.response.choices(0);
  EXPECT_EQ(choice.message().content(), "This is a test!");
  EXPECT_EQ(choice.message().role(), v1::ROLE_ASSISTANT);
  EXPECT_EQ(choice.finish_reason(), "stop");
  EXPECT_GT(result.response.usage().prompt_tokens(), 0);
  EXPECT_GT(result.response.usage().completion_tokens(), 0);
  EXPECT_EQ(result.metadata.at("x-spillway-provider"), api());
  EXPECT_EQ(result.metadata.at("x-spillway-model"), ModelOf(api()));
  EXPECT_THAT(DroppedBy(result), IsEmpty());
}

TEST_P(ApisTest, CutsOffAtTheTokensAllowed) {
  v1::ChatRequest request = Hello(model());
  request.mutable_messages(0)->set_content(
      "Tell me something long, longer than eight tokens can be, please do");
  request.set_max_tokens(8);
  const auto result = scene_.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result.response.choices(0).finish_reason(), "length");
}

TEST_P(ApisTest, SeesPictures) {
  v1::ChatRequest request = Hello(model());
  v1::Message& message = *request.mutable_messages(0);
  message.clear_content();
  message.add_parts()->set_text("Say this is a test!");
  message.add_parts()->mutable_image_url()->set_url(kPicture);
  const auto result = scene_.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result.response.choices(0).message().content(), "This is a test!");
  EXPECT_THAT(scene_.LatestBody(api()), HasSubstr("iVBORw0KGgoAAAANSUhEUg"));
}

TEST_P(ApisTest, FillsASchema) {
  v1::ChatRequest request = Hello(model());
  request.mutable_response_format()->set_type("json_schema");
  v1::JsonSchema& schema = *request.mutable_response_format()->mutable_json_schema();
  schema.set_name("city");
  auto& fields = *schema.mutable_schema()->mutable_fields();
  fields["type"].set_string_value("object");
  auto& properties = *fields["properties"].mutable_struct_value()->mutable_fields();
  (*properties["name"].mutable_struct_value()->mutable_fields())["type"].set_string_value("string");
  fields["required"].mutable_list_value()->add_values()->set_string_value("name");
  fields["additionalProperties"].set_bool_value(false);
  const auto result = scene_.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result) << scene_.LatestBody(api());
  EXPECT_TRUE(
      boost::json::parse(result.response.choices(0).message().content()).as_object().contains("name"));
}

TEST_P(ApisTest, TakesEverySamplingParameterOrSaysWhichItLeavesOut) {
  v1::ChatRequest request = Hello(model());
  request.set_temperature(1.5);
  request.set_top_p(0.9);
  request.set_max_completion_tokens(100);
  request.add_stop("END");
  request.set_seed(7);
  request.set_presence_penalty(0.5);
  request.set_frequency_penalty(0.5);
  request.set_user("u-1");
  request.set_service_tier("flex");
  request.set_verbosity("low");
  (*request.mutable_metadata())["team"] = "checkout";
  request.set_parallel_tool_calls(false);
  request.set_n(1);
  request.set_logprobs(false);
  const auto result = scene_.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result) << scene_.LatestBody(api());
  // OpenAI's dialect knows them all; nobody else knows the verbosity.
  const bool openai = api() == "openai" || api() == "azure_openai";
  EXPECT_EQ(DroppedBy(result).empty(), openai);
  if (!openai) {
    EXPECT_THAT(DroppedBy(result), Contains("verbosity"));
  }
}

TEST_P(ApisTest, OneSystemMessageAfterAnotherIsHeard) {
  v1::ChatRequest request = Hello(model());
  for (const v1::Role role : {v1::ROLE_SYSTEM, v1::ROLE_DEVELOPER}) {
    v1::Message& message = *request.add_messages();
    message.set_role(role);
    message.set_content(role == v1::ROLE_SYSTEM ? "first rule" : "second rule");
  }
  request.mutable_messages()->SwapElements(0, 2);
  const auto result = scene_.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result) << scene_.LatestBody(api());
  EXPECT_THAT(scene_.LatestBody(api()), HasSubstr("first rule"));
  EXPECT_THAT(scene_.LatestBody(api()), HasSubstr("second rule"));
}

struct FaultClass {
  const char* fault;
  v1::Failure failure;
};

TEST_P(ApisTest, EveryFailureGetsItsClass) {
  constexpr FaultClass kClasses[] = {
      {"rate_limited:retry_after=30", v1::FAILURE_RATE_LIMITED},
      {"quota", v1::FAILURE_QUOTA_EXHAUSTED},
      {"overloaded", v1::FAILURE_OVERLOADED},
      {"server_error", v1::FAILURE_SERVER_ERROR},
      {"bad_gateway", v1::FAILURE_SERVER_ERROR},
      {"model_not_found", v1::FAILURE_MODEL_NOT_FOUND},
      {"context_length", v1::FAILURE_CONTEXT_LENGTH},
      {"content_filter", v1::FAILURE_CONTENT_FILTER},
      {"invalid_request", v1::FAILURE_INVALID_REQUEST},
      {"invalid_key", v1::FAILURE_CREDENTIALS},
      {"permission", v1::FAILURE_CREDENTIALS},
      {"bad_json", v1::FAILURE_TRUNCATED},
      {"invalid_utf8", v1::FAILURE_MALFORMED},
      {"empty_body", v1::FAILURE_MALFORMED},
      {"cut:bytes=20", v1::FAILURE_TRUNCATED},
  };
  for (const FaultClass& expected : kClasses) {
    // Its guardrails answer: see AGuardrailsAnswerIsAnAnswer.
    if (api() == "bedrock" && expected.failure == v1::FAILURE_CONTENT_FILTER) continue;
    SCOPED_TRACE(expected.fault);
    scene_.Script(api(), expected.fault);
    const auto result = scene_.Chat(Hello(model()));
    EXPECT_FALSE(result.ok());
    const auto& attempts = client::TraceOf(result).attempts();
    ASSERT_FALSE(attempts.empty()) << ErrorOf(result);
    const v1::Attempt& attempt = attempts[attempts.size() - 1];
    EXPECT_EQ(v1::Failure_Name(attempt.failure()), v1::Failure_Name(expected.failure)) << attempt.message();
    EXPECT_FALSE(attempt.message().empty());
    if (std::string(expected.fault).starts_with("rate_limited")) {
      EXPECT_EQ(attempt.retry_after().seconds(), 30);
    }
  }
  for (const std::string& secret : ApisScene::Secrets()) {
    EXPECT_THAT(scene_.EverythingSaid(), Not(HasSubstr(secret)));
  }
}

TEST(GuardrailTest, AGuardrailsAnswerIsAnAnswer) {
  ApisScene scene;
  scene.Script("bedrock", "content_filter");
  const auto result = scene.Chat(Hello("chat-bedrock"));
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result.response.choices(0).finish_reason(), "content_filter");
  EXPECT_FALSE(result.response.choices(0).message().content().empty());
}

TEST_P(ApisTest, AFailureSpillsToTheNextApi) {
  scene_.AllServing();
  for (const std::string other : kApis) {
    if (other == api()) break;
    scene_.Script(other, "rate_limited");
  }
  const auto result = scene_.Chat(Hello("chat"));
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result.response.route().served_by().endpoint(), api());
}

constexpr char kSomePolicies[] =
    "  - {name: several, model: several, production: {failover: {targets: [{endpoint: anthropic, model: "
    "claude}, "
    "{endpoint: bedrock, model: nova}, {endpoint: gemini, model: gemini-2.0-flash}]}}}\n"
    "  - {name: none, model: none, production: {failover: {targets: [{endpoint: anthropic, model: claude}, "
    "{endpoint: bedrock, model: nova}]}}}\n"
    "  - {name: plain, model: plain, production: {failover: {targets: [{endpoint: openai, model: old, "
    "lacks: [tools, images]}, {endpoint: mistral, model: new}]}}}\n";

TEST(UnsupportedTest, ATargetThatCannotServeARequestIsPassedOverWithTheReason) {
  ApisScene scene({.policies = kSomePolicies});
  v1::ChatRequest request = Hello("several");
  request.set_n(2);
  const auto result = scene.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result.response.choices_size(), 2);
  const v1::RouteTrace& route = result.response.route();
  EXPECT_EQ(route.served_by().endpoint(), "gemini");
  EXPECT_EQ(route.attempts_size(), 1);
  ASSERT_EQ(route.skipped_size(), 2);
  EXPECT_EQ(route.skipped(0).target().endpoint(), "anthropic");
  EXPECT_EQ(route.skipped(0).reason(), "unsupported");
  EXPECT_THAT(route.skipped(0).detail(), StartsWith("n "));
  EXPECT_EQ(route.skipped(1).target().endpoint(), "bedrock");
  EXPECT_EQ(scene.sim().Log({.personality = "anthropic"}).size(), 0u) << "nothing was sent there";
}

TEST(UnsupportedTest, WhereNobodyCanTheCallerIsToldTheField) {
  ApisScene scene({.policies = kSomePolicies});
  v1::ChatRequest request = Hello("none");
  request.set_n(2);
  const auto result = scene.Chat(request);
  EXPECT_EQ(result.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(result.status.error_message(), HasSubstr("anthropic: n "));
  EXPECT_EQ(result.details.error_info.value().reason(), "ALL_TARGETS_UNSUPPORTED");
  EXPECT_EQ(client::TraceOf(result).skipped_size(), 2);
}

TEST(UnsupportedTest, WhatConfigurationSaysAModelLacksCountsLikewise) {
  ApisScene scene({.policies = kSomePolicies});
  EXPECT_EQ(scene.Chat(Hello("plain")).response.route().served_by().endpoint(), "openai");
  v1::ChatRequest request = Hello("plain");
  request.add_tools()->mutable_function()->set_name("look");
  const auto result = scene.Chat(request);
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result.response.route().served_by().endpoint(), "mistral");
  EXPECT_THAT(result.response.route().skipped(0).detail(), StartsWith("tools "));
}

TEST(ExtraTest, AMemberNamedAfterAnApiReachesThatApiAlone) {
  ApisScene scene;
  v1::ChatRequest request = Hello("chat");
  auto& extra = *request.mutable_extra()->mutable_fields();
  (*extra["anthropic"].mutable_struct_value()->mutable_fields())["top_k"].set_number_value(5);
  (*extra["mistral"].mutable_struct_value()->mutable_fields())["safe_prompt"].set_bool_value(true);
  for (const std::string api : kApis) {
    SCOPED_TRACE(api);
    scene.OnlyServing(api);
    const auto result = scene.Chat(request);
    ASSERT_TRUE(result.ok()) << ErrorOf(result);
    const std::string body = scene.LatestBody(api);
    EXPECT_EQ(body.find("\"top_k\":5") != std::string::npos, api == "anthropic") << body;
    EXPECT_EQ(body.find("\"safe_prompt\":true") != std::string::npos, api == "mistral") << body;
  }
}

}  // namespace
}  // namespace spillway::e2e
