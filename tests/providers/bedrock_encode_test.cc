// Where requests to Bedrock go, and what becomes of a request's own fields.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/providers/bedrock_request.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(BedrockCodecTest, TheModelIsOneSegmentOfThePathAndNotInTheBody) {
  const EncodedRequest request = BedrockRequest(kHelloToBedrock, "anthropic.claude-3-haiku-20240307-v1:0");
  EXPECT_EQ(request.path, "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse");
  EXPECT_EQ(request.body, R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})");
  EXPECT_EQ(*FindHeader(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(
      BedrockRequest(kHelloToBedrock,
                     "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-lite-v1:0")
          .path,
      "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.amazon.nova-lite-v1%3A0/converse");
}

TEST(BedrockCodecTest, ATargetsPathReplacesTheApisOwn) {
  const auto codec = MakeCodec(v1::API_BEDROCK, {.base_path = "/b", .model = ".", .path = "/x"});
  EXPECT_EQ(codec->Encode(Proto<v1::ChatRequest>(kHelloToBedrock))->path, "/x");
}

TEST(BedrockCodecTest, ATargetWithoutAModelAsksForTheCallers) {
  const auto codec = MakeCodec(v1::API_BEDROCK, {.base_path = "/gateway", .model = ""});
  auto request = Proto<v1::ChatRequest>(kHelloToBedrock);
  request.set_model("a.b:0");
  EXPECT_EQ(codec->Encode(request)->path, "/gateway/model/a.b%3A0/converse");
  for (const std::string model : {"", ".", ".."}) {
    request.set_model(model);
    EXPECT_EQ(codec->Encode(request).status().code(), absl::StatusCode::kInvalidArgument) << model;
  }
}

TEST(BedrockEncodeTest, SamplingGoesIntoTheInferenceConfig) {
  const std::string request = std::string(kHelloToBedrock) + R"( max_tokens: 9 temperature: 0.5 top_p: 0.25
    stop: "a" stop: "b")";
  EXPECT_EQ(MemberOf(request, "inferenceConfig"),
            Json(R"({"maxTokens":9,"temperature":0.5,"topP":0.25,"stopSequences":["a","b"]})"));
  EXPECT_THAT(DroppedFrom(request), IsEmpty());
}

TEST(BedrockEncodeTest, TheNewerNameOfTheTokenLimitWins) {
  EXPECT_EQ(
      MemberOf(std::string(kHelloToBedrock) + " max_tokens: 9 max_completion_tokens: 7", "inferenceConfig"),
      Json(R"({"maxTokens":7})"));
}

TEST(BedrockEncodeTest, ATemperatureAboveOneIsOne) {
  EXPECT_EQ(MemberOf(std::string(kHelloToBedrock) + " temperature: 1.5", "inferenceConfig"),
            Json(R"({"temperature":1})"));
}

TEST(BedrockEncodeTest, WhatIsNoNumberIsTheCallersMistake) {
  auto request = Proto<v1::ChatRequest>(kHelloToBedrock);
  request.set_temperature(std::numeric_limits<double>::infinity());
  EXPECT_EQ(FaultOf(request), "INVALID_ARGUMENT: temperature is not a finite number");
  request.clear_temperature();
  request.set_top_p(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(FaultOf(request), "INVALID_ARGUMENT: top_p is not a finite number");
}

TEST(BedrockEncodeTest, HintsWithoutAWordAreDroppedByName) {
  EXPECT_THAT(DroppedFrom(std::string(kHelloToBedrock) +
                          R"( seed: 1 presence_penalty: 1 frequency_penalty: 1 user: "u"
      safety_identifier: "s" store: true verbosity: "low" prompt_cache_key: "k" prompt_cache_retention: "24h"
      parallel_tool_calls: false prediction {} service_tier: "scale")"),
              ElementsAre("frequency_penalty", "parallel_tool_calls", "prediction", "presence_penalty",
                          "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "seed",
                          "service_tier", "store", "user", "verbosity"));
}

TEST(BedrockEncodeTest, WhatIsTheDefaultAnywayIsNotReported) {
  EXPECT_THAT(DroppedFrom(std::string(kHelloToBedrock) +
                          R"( n: 1 store: false parallel_tool_calls: true logprobs: false
      modalities: "text" service_tier: "auto" reasoning_effort: "none" response_format { type: "text" })"),
              IsEmpty());
  EXPECT_EQ(BodyOf(std::string(kHelloToBedrock) + R"( n: 1 store: false service_tier: "default")"),
            BodyOf(kHelloToBedrock));
}

TEST(BedrockEncodeTest, WhatAnAnswerMustHaveIsRefused) {
  for (const std::string field :
       {"n: 2", "logprobs: true", "top_logprobs: 1", "logit_bias { key: \"1\" value: 1 }",
        "modalities: \"audio\"", "audio {}", "web_search_options {}"}) {
    const std::string name = field.substr(0, field.find_first_of(": "));
    EXPECT_EQ(FaultOf(kHelloToBedrock + (" " + field)),
              "UNIMPLEMENTED: " + name + " is more than Bedrock can do");
  }
}

TEST(BedrockEncodeTest, TheTiersOfBothAreAskedFor) {
  EXPECT_EQ(MemberOf(std::string(kHelloToBedrock) + R"( service_tier: "flex")", "serviceTier"),
            Json(R"({"type":"flex"})"));
}

TEST(BedrockEncodeTest, MetadataIsWrittenAsFarAsBedrockTakesIt) {
  const std::string fits =
      std::string(kHelloToBedrock) + R"( metadata { key: "b" value: "x y" } metadata { key: "a" value: "" })";
  EXPECT_EQ(MemberOf(fits, "requestMetadata"), Json(R"({"a":"","b":"x y"})"));
  EXPECT_THAT(DroppedFrom(fits), IsEmpty());
  const std::string not_all = fits + R"( metadata { key: "c" value: "x*" } metadata { key: "" value: "x" }
      metadata { key: "d" value: ")" +
                              std::string(257, 'x') + "\" }";
  EXPECT_EQ(MemberOf(not_all, "requestMetadata"), Json(R"({"a":"","b":"x y"})"));
  EXPECT_THAT(DroppedFrom(not_all), ElementsAre("metadata"));
}

TEST(BedrockEncodeTest, SixteenEntriesOfMetadataAreAsManyAsBedrockTakes) {
  std::string request = kHelloToBedrock;
  for (int i = 10; i < 27; ++i) request += " metadata { key: \"k" + std::to_string(i) + "\" value: \"v\" }";
  const auto metadata = MemberOf(request, "requestMetadata").as_object();
  EXPECT_EQ(metadata.size(), 16u);
  EXPECT_FALSE(metadata.contains("k26"));
  EXPECT_THAT(DroppedFrom(request), ElementsAre("metadata"));
}

TEST(BedrockEncodeTest, AJsonSchemaTravelsAsText) {
  EXPECT_EQ(MemberOf(std::string(kHelloToBedrock) +
                         R"( response_format { type: "json_schema" json_schema { name: "n"
      description: "d" strict: true schema { fields { key: "type" value { string_value: "object" } } } } })",
                     "outputConfig"),
            Json(R"({"textFormat":{"type":"json_schema","structure":{"jsonSchema":
                 {"name":"n","description":"d","schema":"{\"type\":\"object\"}"}}}})"));
}

TEST(BedrockEncodeTest, ASchemaThatIsNotGivenIsAnyObject) {
  EXPECT_EQ(
      MemberOf(std::string(kHelloToBedrock) + R"( response_format { type: "json_schema" })", "outputConfig"),
      Json(R"({"textFormat":{"type":"json_schema","structure":{"jsonSchema":
                 {"schema":"{\"type\":\"object\"}"}}}})"));
}

TEST(BedrockEncodeTest, ASchemaThatIsNoJsonIsNamed) {
  EXPECT_EQ(FaultOf(std::string(kHelloToBedrock) + R"( response_format { type: "json_schema" json_schema {
      schema { fields { key: "a" value {} } } } })"),
            "INVALID_ARGUMENT: response_format.json_schema.schema.a has no value");
}

TEST(BedrockEncodeTest, AnyJsonObjectIsAskedForInWords) {
  EXPECT_EQ(BodyOf(std::string(kHelloToBedrock) + R"( response_format { type: "json_object" })"),
            Json(R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],
                 "system":[{"text":"Answer with one JSON object and nothing else."}]})"));
}

TEST(BedrockEncodeTest, AFormatOfAnotherKindIsRefused) {
  EXPECT_EQ(FaultOf(std::string(kHelloToBedrock) + R"( response_format { type: "grammar" })"),
            "UNIMPLEMENTED: response_format.type is no word that Bedrock knows");
  EXPECT_EQ(FaultOf(std::string(kHelloToBedrock) + R"( response_format {})"),
            "INVALID_ARGUMENT: response_format.type is not set");
}

TEST(BedrockEncodeTest, TheSameRequestMakesTheSameBytes) {
  std::string one = kHelloToBedrock;
  std::string other = kHelloToBedrock;
  for (int i = 0; i < 9; ++i) {
    one += " metadata { key: \"k" + std::to_string(i) + "\" value: \"v\" }";
    other += " metadata { key: \"k" + std::to_string(8 - i) + "\" value: \"v\" }";
  }
  EXPECT_EQ(BedrockRequest(one).body, BedrockRequest(other).body);
  EXPECT_THAT(BedrockRequest(one).body, StartsWith(R"({"messages":)"));
}

}  // namespace
}  // namespace spillway::providers
