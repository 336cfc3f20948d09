// Azure's URLs, and what its answers and errors have that OpenAI's do not.
#include "providers/azure_openai_codec.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>

#include "providers/percent_encoding.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

constexpr char kHello[] = R"(model: "asked" messages { role: ROLE_USER content: "hi" })";

EncodedRequest Encoded(TargetSpec spec, const std::string& request = kHello) {
  const auto codec = MakeCodec(v1::API_AZURE_OPENAI, std::move(spec));
  const auto encoded = codec->Encode(Proto<v1::ChatRequest>(request));
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return encoded.ok() ? *encoded : EncodedRequest();
}

std::string PathOf(TargetSpec spec) { return Encoded(std::move(spec)).path; }

TEST(AzureOpenAiCodecTest, AnApiVersionAsksTheDeploymentOfThatName) {
  const HttpRequest request = Encoded({.base_path = "", .model = "gpt-4o", .api_version = "2024-10-21"});
  EXPECT_EQ(request.path, "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(request.body, R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})");
  EXPECT_EQ(*FindHeader(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(*FindHeader(request.headers, "Accept"), "application/json");
}

TEST(AzureOpenAiCodecTest, WithoutAnApiVersionTheModelIsInTheBodyAlone) {
  const HttpRequest request = Encoded({.base_path = "", .model = "gpt-4o"});
  EXPECT_EQ(request.path, "/openai/v1/chat/completions");
  EXPECT_EQ(request.body, R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})");
}

TEST(AzureOpenAiCodecTest, TheVersionsThatAreNoDatesAreTheV1Apis) {
  for (const std::string version : {"preview", "v1", "latest"}) {
    EXPECT_EQ(PathOf({.base_path = "", .model = "m", .api_version = version}),
              "/openai/v1/chat/completions?api-version=" + version);
  }
}

TEST(AzureOpenAiCodecTest, NoPartOfTheBasePathIsDoubled) {
  constexpr char kDated[] = "2024-12-01-preview";
  EXPECT_EQ(PathOf({.base_path = "/openai", .model = "m", .api_version = kDated}),
            "/openai/deployments/m/chat/completions?api-version=2024-12-01-preview");
  EXPECT_EQ(PathOf({.base_path = "/gateway", .model = "m", .api_version = kDated}),
            "/gateway/openai/deployments/m/chat/completions?api-version=2024-12-01-preview");
  EXPECT_EQ(PathOf({.base_path = "/my-openai", .model = "m", .api_version = kDated}),
            "/my-openai/openai/deployments/m/chat/completions?api-version=2024-12-01-preview");
  EXPECT_EQ(PathOf({.base_path = "/openai", .model = "m"}), "/openai/v1/chat/completions");
  EXPECT_EQ(PathOf({.base_path = "/openai/v1", .model = "m"}), "/openai/v1/chat/completions");
  EXPECT_EQ(PathOf({.base_path = "/gateway/openai/v1", .model = "m"}), "/gateway/openai/v1/chat/completions");
  EXPECT_EQ(PathOf({.base_path = "/v1", .model = "m"}), "/v1/openai/v1/chat/completions");
  EXPECT_EQ(PathOf({.base_path = "/openai/v1", .model = "m", .api_version = kDated}),
            "/openai/v1/chat/completions?api-version=2024-12-01-preview");
}

TEST(AzureOpenAiCodecTest, ADeploymentsNameIsOneSegmentOfThePath) {
  EXPECT_EQ(PathOf({.base_path = "", .model = "a/b c?d%e#f:\xc3\xa9", .api_version = "2024-10-21"}),
            "/openai/deployments/a%2Fb%20c%3Fd%25e%23f%3A%C3%A9/chat/completions?api-version=2024-10-21");
}

TEST(AzureOpenAiCodecTest, ATargetWithoutAModelAsksTheDeploymentTheCallerNamed) {
  const auto codec =
      MakeCodec(v1::API_AZURE_OPENAI, {.base_path = "/openai", .model = "", .api_version = "2024-10-21"});
  auto request = Proto<v1::ChatRequest>(kHello);
  for (const std::string model : {"gpt-4o", "gpt-4.1"}) {
    request.set_model(model);
    const auto encoded = codec->Encode(request);
    ASSERT_TRUE(encoded.ok()) << encoded.status();
    EXPECT_EQ(encoded->path, "/openai/deployments/" + model + "/chat/completions?api-version=2024-10-21");
    EXPECT_NE(encoded->body.find("\"model\":\"" + model + "\""), std::string::npos);
  }
}

TEST(AzureOpenAiCodecTest, AModelThatWouldMeanAnotherPathIsRefused) {
  const auto codec = MakeCodec(v1::API_AZURE_OPENAI, {.base_path = "", .api_version = "2024-10-21"});
  auto request = Proto<v1::ChatRequest>(kHello);
  for (const char* model : {"", ".", ".."}) {
    request.set_model(model);
    const auto status = codec->Encode(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << model;
    EXPECT_EQ(status.message(), "model cannot be the name of a deployment");
  }
  request.set_model("...");
  EXPECT_TRUE(codec->Encode(request).ok());
}

TEST(AzureOpenAiCodecTest, ATargetsPathReplacesTheApisOwn) {
  const auto path = [](const std::string& own, const std::string& version) {
    return PathOf({.base_path = "/openai", .model = "m", .path = own, .api_version = version});
  };
  EXPECT_EQ(path("/models/chat/completions", "2024-05-01-preview"),
            "/models/chat/completions?api-version=2024-05-01-preview");
  EXPECT_EQ(path("/models/chat/completions?x=1", "2024-05-01-preview"), "/models/chat/completions?x=1");
  EXPECT_EQ(path("/models/chat/completions?", "2024-05-01-preview"), "/models/chat/completions?");
  EXPECT_EQ(path("/models/chat/completions", ""), "/models/chat/completions");
}

TEST(AzureOpenAiCodecTest, AFaultInTheRequestIsNamed) {
  const auto codec = MakeCodec(v1::API_AZURE_OPENAI, {.model = "m", .api_version = "2024-10-21"});
  EXPECT_EQ(codec->Encode(Proto<v1::ChatRequest>("messages { content: \"x\" }")).status().message(),
            "messages[0].role is not set");
}

TEST(PercentEncodingTest, EveryByteThatIsNotUnreservedIsEncoded) {
  EXPECT_EQ(PercentEncoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(PercentEncoded(std::string_view("\0 /\xff", 4)), "%00%20%2F%FF");
  EXPECT_EQ(PercentEncoded(""), "");
}

Decoded Decode(std::string body, int status = 200, HttpHeaders headers = {}) {
  const auto codec = MakeCodec(v1::API_AZURE_OPENAI, {.model = "m", .api_version = "2024-10-21"});
  return codec->Decode({.status = status, .headers = std::move(headers), .body = std::move(body)}, {});
}

router::FailedAttempt Failed(std::string body, int status, HttpHeaders headers = {}) {
  const Decoded decoded = Decode(std::move(body), status, std::move(headers));
  const auto* failed = std::get_if<router::FailedAttempt>(&decoded);
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? router::FailedAttempt() : *failed;
}

TEST(AzureOpenAiDecodeTest, WhatTheContentFilterSawIsKept) {
  const Decoded decoded = Decode(
      R"({"id":"c","model":"gpt-4o-2024-08-06","prompt_filter_results":[{"prompt_index":0}],"choices":[{"index":0,)"
      R"("content_filter_results":{"hate":{"filtered":false}},"finish_reason":"stop","logprobs":null,)"
      R"("message":{"role":"assistant","content":"hi","annotations":[],"refusal":null}}]})");
  ASSERT_TRUE(std::holds_alternative<v1::ChatResponse>(decoded));
  EXPECT_TRUE(SameProto(std::get<v1::ChatResponse>(decoded),
                        R"(id: "c" model: "gpt-4o-2024-08-06"
         choices { message { role: ROLE_ASSISTANT content: "hi" } finish_reason: "stop"
           extra { fields { key: "content_filter_results" value { struct_value { fields { key: "hate" value {
             struct_value { fields { key: "filtered" value { bool_value: false } } } } } } } } } }
         extra { fields { key: "prompt_filter_results" value { list_value { values {
           struct_value { fields { key: "prompt_index" value { number_value: 0 } } } } } } } })"));
}

TEST(AzureOpenAiDecodeTest, AFilteredChoiceNeedsNoMessage) {
  const Decoded decoded =
      Decode(R"({"choices":[{"index":0,"finish_reason":"content_filter",)"
             R"("content_filter_results":{"violence":{"filtered":true,"severity":"high"}}}]})");
  ASSERT_TRUE(std::holds_alternative<v1::ChatResponse>(decoded));
  const v1::Choice& choice = std::get<v1::ChatResponse>(decoded).choices(0);
  EXPECT_EQ(choice.finish_reason(), "content_filter");
  EXPECT_TRUE(choice.extra().fields().contains("content_filter_results"));
}

TEST(AzureOpenAiDecodeTest, ErrorsGetTheirClass) {
  EXPECT_EQ(
      Failed(R"({"error":{"type":"invalid_request_error","code":"DeploymentNotFound","message":"m"}})", 404)
          .failure,
      Failure::kModelNotFound);
  EXPECT_EQ(Failed(R"({"error":{"code":"404","message":"Resource not found"}})", 404).failure,
            Failure::kModelNotFound);
  EXPECT_EQ(Failed(R"({"error":{"code":"401","message":"wrong subscription key"}})", 401).failure,
            Failure::kCredentials);
  EXPECT_EQ(
      Failed(R"({"error":{"code":"RateLimitReached","message":"m","details":"as a text"}})", 429).failure,
      Failure::kRateLimited);
  EXPECT_EQ(Failed(R"({"error":{"message":"m","type":null,"code":"content_filter","status":400,)"
                   R"("innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}})",
                   400)
                .failure,
            Failure::kContentFilter);
  EXPECT_EQ(Failed(R"({"error":{"message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}})", 400)
                .failure,
            Failure::kContentFilter);
}

TEST(AzureOpenAiDecodeTest, AHintOfZeroMillisecondsDoesNotHideTheSeconds) {
  const std::string body = R"({"error":{"code":"429","message":"slow down"}})";
  EXPECT_EQ(Failed(body, 429, {{"retry-after", "1"}, {"retry-after-ms", "0"}}).retry_after,
            std::chrono::seconds(1));
  EXPECT_EQ(Failed(body, 429, {{"retry-after", "30"}, {"retry-after-ms", "29500"}}).retry_after,
            std::chrono::milliseconds(29'500));
  EXPECT_EQ(Failed(body, 429, {{"retry-after-ms", "0"}}).retry_after, std::nullopt);
}

TEST(AzureOpenAiDecodeTest, TheSentenceIsAHintToo) {
  const auto failed = Failed(
      R"({"error":{"code":"429","message":"Token rate limit exceeded. Please retry after 60 seconds."}})",
      429);
  EXPECT_EQ(failed.retry_after, std::chrono::seconds(60));
  EXPECT_EQ(failed.message, "Token rate limit exceeded. Please retry after 60 seconds.");
}

// Under OpenAI's names, but a number that is sometimes seconds and sometimes milliseconds.
TEST(AzureOpenAiDecodeTest, ABareResetIsNoHint) {
  EXPECT_EQ(Failed("{}", 429, {{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "500"}})
                .retry_after,
            std::nullopt);
}

}  // namespace
}  // namespace spillway::providers
