// What a caller's `extra` becomes at Bedrock.
#include <gtest/gtest.h>

#include <string>

#include "providers/struct_json.h"
#include "tests/providers/bedrock_request.h"

namespace spillway::providers {
namespace {

// A greeting with `extra` in JSON, and further fields in text format.
v1::ChatRequest With(std::string_view extra, const std::string& fields = "") {
  auto request = Proto<v1::ChatRequest>(kHelloToBedrock + (" " + fields));
  ReadStruct(Json(extra).as_object(), *request.mutable_extra());
  return request;
}

boost::json::value BodyWith(std::string_view extra, const std::string& fields = "") {
  const auto encoded = EncodeForBedrock(With(extra, fields), kClaude);
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  if (!encoded.ok()) return {};
  boost::json::value body = Json(encoded->body);
  body.as_object().erase("messages");
  return body;
}

TEST(BedrockExtraTest, WhatConverseDoesNotKnowIsTheModels) {
  EXPECT_EQ(BodyWith(R"({"top_k":5,"anthropic":{"a":1},"bedrock":{"anthropic_beta":["x"]}})"),
            Json(R"({"additionalModelRequestFields":{"top_k":5,"anthropic_beta":["x"]}})"));
}

TEST(BedrockExtraTest, WhatConverseKnowsGoesWhereItBelongs) {
  constexpr char kOwn[] = R"({"guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},
      "performanceConfig":{"latency":"optimized"},"promptVariables":{"v":{"text":"t"}},
      "additionalModelResponseFieldPaths":["/x"],"serviceTier":{"type":"reserved"}})";
  EXPECT_EQ(BodyWith(kOwn), Json(kOwn));
}

TEST(BedrockExtraTest, TheCallersTierReplacesTheField) {
  EXPECT_EQ(BodyWith(R"({"serviceTier":{"type":"reserved"}})", R"(service_tier: "flex")"),
            Json(R"({"serviceTier":{"type":"reserved"}})"));
}

TEST(BedrockExtraTest, ObjectsAreMergedTheCallersMembersFirst) {
  EXPECT_EQ(
      BodyWith(R"({"inferenceConfig":{"temperature":0.25,"topP":1,"maxTokens":3,"stopSequences":["z"]},
                         "requestMetadata":{"a":"mine","c":"new"},"outputConfig":{"textFormat":{"type":"x"}}})",
               R"(temperature: 0.5 top_p: 0.5 max_tokens: 9 stop: "s" metadata { key: "a" value: "field" }
                        metadata { key: "b" value: "kept" } response_format { type: "json_schema" })"),
      Json(R"({"inferenceConfig":{"temperature":0.25,"topP":1,"maxTokens":3,"stopSequences":["z"]},
                     "requestMetadata":{"a":"mine","b":"kept","c":"new"},
                     "outputConfig":{"textFormat":{"type":"x"}}})"));
  EXPECT_EQ(BodyWith(R"({"inferenceConfig":{"x":1}})", "max_tokens: 9"),
            Json(R"({"inferenceConfig":{"maxTokens":9,"x":1}})"));
}

TEST(BedrockExtraTest, ToolsOfBedrocksOwnReplaceTheCallersTools) {
  EXPECT_EQ(
      BodyWith(
          R"({"bedrock":{"toolConfig":{"tools":[{"systemTool":{"name":"s"}}],"toolChoice":{"any":{}}}}})",
          R"(tools { function { name: "f" } } tool_choice { function: "f" })"),
      Json(R"({"toolConfig":{"tools":[{"systemTool":{"name":"s"}}],"toolChoice":{"any":{}}}})"));
}

TEST(BedrockExtraTest, WhatIsPutIntoTheModelsFieldsByHandWins) {
  EXPECT_EQ(BodyWith(R"({"top_k":5,"a":1,"additionalModelRequestFields":{"top_k":7},
                         "bedrock":{"b":2,"additionalModelRequestFields":{"b":3}}})"),
            Json(R"({"additionalModelRequestFields":{"top_k":7,"a":1,"b":3}})"));
}

TEST(BedrockExtraTest, TheConversationIsReserved) {
  for (const std::string name : {"system", "modelId"}) {
    EXPECT_EQ(FaultOf(With("{\"" + name + "\":[]}")),
              "INVALID_ARGUMENT: extra." + name + " has a field of its own");
  }
  for (const std::string name : {"messages", "model", "system"}) {
    EXPECT_EQ(FaultOf(With("{\"bedrock\":{\"" + name + "\":[]}}")),
              "INVALID_ARGUMENT: extra." + name + " has a field of its own");
  }
  EXPECT_EQ(FaultOf(With(R"({"temperature":1})")),
            "INVALID_ARGUMENT: extra.temperature has a field of its own");
}

TEST(BedrockExtraTest, WhatIsMergedMustBeAnObject) {
  EXPECT_EQ(FaultOf(With(R"({"inferenceConfig":7})")),
            "INVALID_ARGUMENT: extra.inferenceConfig must be an object");
}

TEST(BedrockExtraTest, AMemberWithoutAValueIsNamed) {
  for (const std::string name : {"guardrailConfig", "top_k"}) {
    auto request = Proto<v1::ChatRequest>(kHelloToBedrock);
    (*request.mutable_extra()->mutable_fields())[name];
    EXPECT_EQ(FaultOf(request), "INVALID_ARGUMENT: extra." + name + " has no value");
  }
  for (const std::string name : {"inferenceConfig", "toolConfig", "outputConfig", "requestMetadata"}) {
    auto request = Proto<v1::ChatRequest>(kHelloToBedrock);
    (*(*request.mutable_extra()->mutable_fields())[name].mutable_struct_value()->mutable_fields())["x"];
    EXPECT_EQ(FaultOf(request), "INVALID_ARGUMENT: extra.x has no value");
  }
}

}  // namespace
}  // namespace spillway::providers
