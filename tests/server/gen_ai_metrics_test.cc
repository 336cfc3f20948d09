#include "server/gen_ai_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <string>

#include "tests/server/played_call.h"
#include "tests/support/test_server.h"

namespace spillway::server {
namespace {

using router::Failure;
using ::testing::HasSubstr;
using ::testing::Not;

std::string NameFor(v1::Api api, const std::string& provider, const std::string& host = "api.example.com") {
  return GenAiServerOf(api, provider, {.host = host}).provider;
}

TEST(GenAiServerTest, AnApisOwnVendorHasTheConventionsName) {
  EXPECT_EQ(NameFor(v1::API_AZURE_OPENAI, "whatever"), "azure.ai.openai");
  EXPECT_EQ(NameFor(v1::API_ANTHROPIC, "whatever"), "anthropic");
  EXPECT_EQ(NameFor(v1::API_BEDROCK, "whatever"), "aws.bedrock");
  EXPECT_EQ(NameFor(v1::API_MISTRAL, "whatever"), "mistral_ai");
  EXPECT_EQ(NameFor(v1::API_COHERE, "whatever"), "cohere");
}

TEST(GenAiServerTest, GeminiOnVertexIsVertex) {
  EXPECT_EQ(NameFor(v1::API_GEMINI, "google", "generativelanguage.googleapis.com"), "gcp.gemini");
  EXPECT_EQ(NameFor(v1::API_GEMINI, "google", "europe-west1-aiplatform.googleapis.com"), "gcp.vertex_ai");
}

TEST(GenAiServerTest, WhatSpeaksOpenAisApiIsNamedAfterItsVendor) {
  EXPECT_EQ(NameFor(v1::API_OPENAI, "openai"), "openai");
  EXPECT_EQ(NameFor(v1::API_OPENAI, "groq"), "groq");
  EXPECT_EQ(NameFor(v1::API_OPENAI, "xai"), "x_ai");
  EXPECT_EQ(NameFor(v1::API_OPENAI, "mistral"), "mistral_ai");
  EXPECT_EQ(NameFor(v1::API_OPENAI, "our-own-vllm"), "our-own-vllm");
}

TEST(GenAiServerTest, TheAddressIsTheEndpoints) {
  const GenAiServer server = GenAiServerOf(v1::API_OPENAI, "openai", {.host = "10.0.0.1", .port = 8443});
  EXPECT_EQ(server.address, "10.0.0.1");
  EXPECT_EQ(server.port, "8443");
}

class GenAiMetricsTest : public ::testing::Test {
 protected:
  double Value(const std::string& series) const {
    const auto samples = testing::ParseMetrics(prometheus::TextSerializer().Serialize(registry_.Collect()));
    const auto found = samples.find(series);
    return found == samples.end() ? -1 : found->second;
  }

  void Count(const router::CallReport& report) {
    for (const router::AttemptRecord& attempt : report.attempts) leaf_.CountAttempt(attempt);
  }

  static std::string Series(const std::string& name, const std::string& more = "",
                            const std::string& before = "") {
    return name + "{" + before +
           R"(gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o",)" +
           more + R"(server_address="api.openai.com",server_port="443"})";
  }

  prometheus::Registry registry_;
  GenAiMetrics metrics_{registry_};
  GenAiLeafMetrics leaf_{metrics_, GenAiServerOf(v1::API_OPENAI, "openai", {.host = "api.openai.com"}),
                         "gpt-4o"};
  PlayedCalls calls_;
};

TEST_F(GenAiMetricsTest, AnAttemptIsAnOperationAndAFailureAnErrorType) {
  Count(calls_.Play({PlayedCalls::Fails(Failure::kRateLimited, 429), router::Succeeded{}}));
  EXPECT_EQ(Value(Series("gen_ai_client_operation_duration_seconds_count")), 1);
  EXPECT_EQ(
      Value(Series("gen_ai_client_operation_duration_seconds_count", "", R"(error_type="rate_limited",)")),
      1);
  EXPECT_DOUBLE_EQ(Value(Series("gen_ai_client_operation_duration_seconds_sum")), 0.01);
}

TEST_F(GenAiMetricsTest, TokensAreInputAndOutputAndWhatWasNotCountedIsNone) {
  v1::Usage usage;
  usage.set_prompt_tokens(10);
  leaf_.CountTokens(usage);
  EXPECT_EQ(Value(Series("gen_ai_client_token_usage_sum", R"(gen_ai_token_type="input",)")), 10);
  EXPECT_EQ(Value(Series("gen_ai_client_token_usage_count", R"(gen_ai_token_type="output",)")), -1);
  usage.set_completion_tokens(7);
  leaf_.CountTokens(usage);
  EXPECT_EQ(Value(Series("gen_ai_client_token_usage_count", R"(gen_ai_token_type="input",)")), 2);
  EXPECT_EQ(Value(Series("gen_ai_client_token_usage_sum", R"(gen_ai_token_type="output",)")), 7);
}

TEST_F(GenAiMetricsTest, OnlyAStreamsFirstTokenIsTimed) {
  Count(calls_.Play({router::Succeeded{}}));
  EXPECT_EQ(Value(Series("gen_ai_server_time_to_first_token_seconds_count")), -1);
  Count(calls_.PlayStream({router::FirstToken{}, router::Succeeded{}}));
  EXPECT_EQ(Value(Series("gen_ai_server_time_to_first_token_seconds_count")), 1);
}

}  // namespace
}  // namespace spillway::server
