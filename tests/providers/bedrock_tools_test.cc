// Tools and thinking in requests to Bedrock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/providers/bedrock_request.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kTool[] = R"(messages { role: ROLE_USER content: "x" } tools { function { name: "f" } })";
constexpr char kCalled[] = R"(messages { role: ROLE_USER content: "x" }
    messages { role: ROLE_ASSISTANT tool_calls { id: "a" function { name: "g" } } tool_calls { id: "b" function { name: "f" } } }
    messages { role: ROLE_TOOL tool_call_id: "a" content: "1" } messages { role: ROLE_TOOL tool_call_id: "b" content: "2" })";
constexpr char kToolF[] =
    R"({"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}})";

boost::json::value ToolConfigOf(const std::string& request) { return MemberOf(request, "toolConfig"); }

TEST(BedrockToolsTest, FunctionsAreSpecifications) {
  EXPECT_EQ(ToolConfigOf(R"(messages { role: ROLE_USER content: "x" }
      tools { type: "function" function { name: "f" description: "d" strict: true
              parameters { fields { key: "type" value { string_value: "object" } } } } }
      tools { function { name: "g" strict: false } })"),
            Json(R"({"tools":[
              {"toolSpec":{"name":"f","description":"d","strict":true,"inputSchema":{"json":{"type":"object"}}}},
              {"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{}}}}}]})"));
}

TEST(BedrockToolsTest, ToolsThatAreNoFunctionsAreRefused) {
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER content: "x" } tools { type: "custom" custom {} })"),
            "UNIMPLEMENTED: tools[0].custom is a kind of tool that Bedrock does not know");
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER content: "x" } tools {})"),
            "INVALID_ARGUMENT: tools[0].function.name is not set");
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER content: "x" }
                       tools { function { name: "f" parameters { fields { key: "a" value {} } } } })"),
            "INVALID_ARGUMENT: tools[0].function.parameters.a has no value");
}

TEST(BedrockToolsTest, TheChoiceIsBedrocksOwnWord) {
  const auto choice = [](const std::string& text) {
    return ToolConfigOf(kTool + (" tool_choice { " + text + " }"));
  };
  const std::string tools = std::string("{\"tools\":[") + kToolF + "]";
  EXPECT_EQ(choice(R"(mode: "auto")"), Json(tools + "}"));
  EXPECT_EQ(choice(R"(mode: "required")"), Json(tools + R"(,"toolChoice":{"any":{}}})"));
  EXPECT_EQ(choice(R"(function: "f")"), Json(tools + R"(,"toolChoice":{"tool":{"name":"f"}}})"));
}

TEST(BedrockToolsTest, ChoicesOfOtherKindsAreRefused) {
  EXPECT_EQ(FaultOf(std::string(kTool) + " tool_choice { other {} }"),
            "UNIMPLEMENTED: tool_choice is of a kind that Bedrock does not know");
  EXPECT_EQ(FaultOf(std::string(kTool) + " tool_choice { mode: \"any\" }"),
            "INVALID_ARGUMENT: tool_choice.mode is none of none, auto and required");
  EXPECT_EQ(FaultOf(std::string(kTool) + " tool_choice {}"), "INVALID_ARGUMENT: tool_choice has no choice");
}

TEST(BedrockToolsTest, NoneLeavesTheToolsOut) {
  const std::string request = std::string(kTool) + R"( tool_choice { mode: "none" })";
  EXPECT_TRUE(ToolConfigOf(request).is_null());
  EXPECT_THAT(DroppedFrom(request), IsEmpty());
}

TEST(BedrockToolsTest, NoneIsDroppedWhereTheConversationHoldsCalls) {
  const std::string request =
      std::string(kCalled) + R"( tools { function { name: "f" } } tool_choice { mode: "none" })";
  EXPECT_EQ(ToolConfigOf(request), Json(std::string("{\"tools\":[") + kToolF + "]}"));
  EXPECT_THAT(DroppedFrom(request), ElementsAre("tool_choice"));
}

TEST(BedrockToolsTest, ToolsThatWereCalledAreNamedWhereTheCallerNamesNone) {
  const std::string request = std::string(kCalled) + R"( tool_choice { mode: "required" })";
  EXPECT_EQ(ToolConfigOf(request),
            Json(R"({"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}},
                                                    {"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object"}}}}]})"));
  EXPECT_THAT(DroppedFrom(request), IsEmpty());
}

TEST(BedrockToolsTest, AChoiceWithoutToolsIsLeftOut) {
  EXPECT_EQ(BodyOf(std::string(kHelloToBedrock) + R"( tool_choice { mode: "required" })"),
            BodyOf(kHelloToBedrock));
}

boost::json::value ThinkingOf(const std::string& request, const std::string& model = kClaude) {
  const auto fields = MemberOf(request, "additionalModelRequestFields", model);
  return fields.is_object() ? fields.at("thinking") : fields;
}

TEST(BedrockThinkingTest, AnEffortIsABudget) {
  const std::string request = std::string(kHelloToBedrock) + R"( reasoning_effort: "medium")";
  EXPECT_EQ(ThinkingOf(request), Json(R"({"type":"enabled","budget_tokens":8192})"));
  EXPECT_EQ(MemberOf(request, "inferenceConfig"), Json(R"({"maxTokens":12288})"));
}

TEST(BedrockThinkingTest, TheBudgetStaysBelowTheTokenLimit) {
  const std::string high = std::string(kHelloToBedrock) + R"( reasoning_effort: "high" max_tokens: )";
  EXPECT_EQ(ThinkingOf(high + "2000"), Json(R"({"type":"enabled","budget_tokens":1999})"));
  EXPECT_EQ(MemberOf(high + "2000", "inferenceConfig"), Json(R"({"maxTokens":2000})"));
  EXPECT_EQ(ThinkingOf(high + "1025"), Json(R"({"type":"enabled","budget_tokens":1024})"));
  for (const std::string too_few : {"1024", "0", "-9223372036854775808"}) {
    EXPECT_TRUE(ThinkingOf(high + too_few).is_null());
    EXPECT_THAT(DroppedFrom(high + too_few), ElementsAre("reasoning_effort"));
  }
}

TEST(BedrockThinkingTest, SamplingIsDroppedWhereTheModelThinks) {
  const std::string request =
      std::string(kHelloToBedrock) + R"( reasoning_effort: "low" temperature: 0.5 top_p: 0.5 stop: "s")";
  EXPECT_EQ(MemberOf(request, "inferenceConfig"), Json(R"({"maxTokens":5120,"stopSequences":["s"]})"));
  EXPECT_THAT(DroppedFrom(request), ElementsAre("temperature", "top_p"));
}

TEST(BedrockThinkingTest, ModelsThatDoNotThinkDropTheEffort) {
  for (const std::string model : {kLlama, "anthropic.claude-3-5-haiku-20241022-v1:0",
                                  "anthropic.claude-instant-v1", "amazon.nova-pro-v1:0"}) {
    const std::string request = std::string(kHelloToBedrock) + R"( reasoning_effort: "any word")";
    EXPECT_THAT(DroppedFrom(request, model), ElementsAre("reasoning_effort")) << model;
    EXPECT_TRUE(ThinkingOf(request, model).is_null());
  }
}

TEST(BedrockThinkingTest, AnUnknownEffortIsRefused) {
  EXPECT_EQ(FaultOf(std::string(kHelloToBedrock) + R"( reasoning_effort: "heroic")"),
            "UNIMPLEMENTED: reasoning_effort is a word without a meaning for Claude");
}

TEST(BedrockThinkingTest, AForcedCallExcludesThinking) {
  for (const std::string choice : {"mode: \"required\"", "function: \"f\""}) {
    const std::string request =
        std::string(kTool) + R"( reasoning_effort: "low" tool_choice { )" + choice + " }";
    EXPECT_TRUE(ThinkingOf(request).is_null());
    EXPECT_THAT(DroppedFrom(request), ElementsAre("reasoning_effort"));
  }
  EXPECT_FALSE(
      ThinkingOf(std::string(kTool) + R"( reasoning_effort: "low" tool_choice { mode: "auto" })").is_null());
}

TEST(BedrockThinkingTest, CallsWithoutSignedReasoningExcludeThinking) {
  EXPECT_THAT(DroppedFrom(std::string(kCalled) + R"( reasoning_effort: "low")"),
              ElementsAre("reasoning_effort"));
  EXPECT_THAT(DroppedFrom(std::string(kCalled) +
                          R"( reasoning_effort: "low" messages { role: ROLE_ASSISTANT content: "done" }
                  messages { role: ROLE_USER content: "thanks" })"),
              IsEmpty());
  auto signed_calls = Proto<v1::ChatRequest>(std::string(kCalled) + R"( reasoning_effort: "low")");
  *signed_calls.mutable_messages(1)->mutable_extra() = Proto<google::protobuf::Struct>(R"(
      fields { key: "anthropic" value { struct_value { fields { key: "thinking_blocks" value { list_value { values {
        struct_value { fields { key: "type" value { string_value: "redacted_thinking" } }
                       fields { key: "data" value { string_value: "d" } } } } } } } } } })");
  const auto encoded = EncodeForBedrock(signed_calls, kClaude);
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(encoded->dropped, IsEmpty());
  EXPECT_EQ(Json(encoded->body).at("additionalModelRequestFields").at("thinking").at("budget_tokens"), 1024);
}

TEST(BedrockThinkingTest, WhatTheCallerSaysOfThinkingHimselfWins) {
  const std::string own = R"( reasoning_effort: "low" temperature: 1
      extra { fields { key: "thinking" value { struct_value { fields {
        key: "type" value { string_value: "disabled" } } } } } })";
  EXPECT_EQ(ThinkingOf(kHelloToBedrock + own), Json(R"({"type":"disabled"})"));
  EXPECT_EQ(MemberOf(kHelloToBedrock + own, "inferenceConfig"), Json(R"({"temperature":1})"));
  EXPECT_THAT(DroppedFrom(kHelloToBedrock + own), IsEmpty());
}

}  // namespace
}  // namespace spillway::providers
