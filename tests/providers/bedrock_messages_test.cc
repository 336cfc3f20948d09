// Conversations as Bedrock wants them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "tests/providers/bedrock_request.h"

namespace spillway::providers {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

boost::json::value MessagesOf(const std::string& request, const std::string& model = kClaude) {
  return MemberOf(request, "messages", model);
}

TEST(BedrockMessagesTest, TheSystemsWordsStandApart) {
  const auto body = BodyOf(R"(messages { role: ROLE_SYSTEM content: "be brief" }
      messages { role: ROLE_USER content: "hi" } messages { role: ROLE_DEVELOPER parts { text: "and kind" } })");
  EXPECT_EQ(body, Json(R"({"messages":[{"role":"user","content":[{"text":"hi"}]}],
                           "system":[{"text":"be brief"},{"text":"and kind"}]})"));
}

TEST(BedrockMessagesTest, WhereNobodyElseSpeaksTheSystemsWordsAreTheUsers) {
  EXPECT_EQ(BodyOf(R"(messages { role: ROLE_SYSTEM content: "say hi" })"),
            Json(R"({"messages":[{"role":"user","content":[{"text":"say hi"}]}]})"));
  EXPECT_EQ(MemberOf(R"(messages { role: ROLE_SYSTEM content: "x" } response_format { type: "json_object" })",
                     "system"),
            Json(R"([{"text":"Answer with one JSON object and nothing else."}])"));
}

TEST(BedrockMessagesTest, AConversationThatSaysNothingIsTheCallersMistake) {
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER content: " " })"),
            "INVALID_ARGUMENT: messages say nothing");
}

TEST(BedrockMessagesTest, TurnsAlternate) {
  EXPECT_EQ(MessagesOf(R"(messages { role: ROLE_USER content: "a" } messages { role: ROLE_USER content: "b" }
      messages { role: ROLE_ASSISTANT content: "c" } messages { role: ROLE_ASSISTANT content: "" }
      messages { role: ROLE_ASSISTANT refusal: "d" } messages { role: ROLE_USER parts { text: "e" } parts { text: "" } })"),
            Json(R"([{"role":"user","content":[{"text":"a"},{"text":"b"}]},
                     {"role":"assistant","content":[{"text":"c"},{"text":"d"}]},
                     {"role":"user","content":[{"text":"e"}]}])"));
}

TEST(BedrockMessagesTest, ARefusalIsText) {
  EXPECT_EQ(MessagesOf(std::string(kHelloToBedrock) +
                       R"( messages { role: ROLE_ASSISTANT parts { refusal: "no" } })")
                .at(1),
            Json(R"({"role":"assistant","content":[{"text":"no"}]})"));
}

TEST(BedrockMessagesTest, AnAnswerOfBedrocksGoesBackAsItCame) {
  constexpr char kContent[] =
      R"([{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"text":"x"},
      {"toolUse":{"toolUseId":"tooluse_1","name":"f","input":{"a":[1,{"b":null}]}}}])";
  const HttpResponse response{.status = 200,
                              .body = std::string(R"({"output":{"message":{"role":"assistant","content":)") +
                                      kContent + R"(}},"stopReason":"tool_use"})"};
  const Decoded decoded = MakeCodec(v1::API_BEDROCK, {})->Decode(response, {});
  auto request = Proto<v1::ChatRequest>(kHelloToBedrock);
  *request.add_messages() = std::get<v1::ChatResponse>(decoded).choices(0).message();
  request.set_reasoning_effort("low");
  const auto encoded = EncodeForBedrock(request, kClaude);
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  EXPECT_THAT(encoded->dropped, IsEmpty());
  EXPECT_EQ(Json(encoded->body).at("messages").at(1).at("content"), Json(kContent));
}

TEST(BedrockMessagesTest, TheUserMustSpeakFirst) {
  EXPECT_EQ(
      FaultOf(
          R"(messages { role: ROLE_SYSTEM content: "s" } messages { role: ROLE_ASSISTANT content: "a" })"),
      "UNIMPLEMENTED: messages[1] comes before the user has spoken, which Bedrock does not take");
}

TEST(BedrockMessagesTest, MistakesNoTargetCouldTakeAreNamed) {
  EXPECT_EQ(FaultOf(R"(messages { content: "x" })"), "INVALID_ARGUMENT: messages[0].role is not set");
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER content: "x" parts { text: "y" } })"),
            "INVALID_ARGUMENT: messages[0].content and parts exclude each other");
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER parts { text: "y" } parts {} })"),
            "INVALID_ARGUMENT: messages[0].parts[1] has no content");
}

TEST(BedrockMessagesTest, NamesOfSpeakersAreDropped) {
  EXPECT_THAT(DroppedFrom(R"(messages { role: ROLE_USER content: "x" name: "ann" })"),
              ElementsAre("messages.name"));
  EXPECT_THAT(DroppedFrom(R"(messages { role: ROLE_USER content: "x" }
                             messages { role: ROLE_SYSTEM content: "x" name: "ann" })"),
              ElementsAre("messages.name"));
}

// The middle of a conversation with tools, as another provider began it.
constexpr char kWithTools[] = R"(
  messages { role: ROLE_USER content: "weather?" }
  messages { role: ROLE_ASSISTANT content: "let me see" reasoning_content: "hm"
             tool_calls { id: "call|1" type: "function" function { name: "w" arguments: "{\"city\":\"Ulm\"}" } }
             tool_calls { id: "call_2" function { name: "t" arguments: "" } } }
  messages { role: ROLE_TOOL tool_call_id: "call_2" content: "12:00" }
  messages { role: ROLE_USER content: "well?" }
  messages { role: ROLE_TOOL tool_call_id: "call|1" content: " {\"sun\":true} " }
  tools { function { name: "w" } })";

TEST(BedrockMessagesTest, CallsAndTheirResultsAreBlocks) {
  const auto messages = MessagesOf(kWithTools).as_array();
  ASSERT_EQ(messages.size(), 3u);
  const auto& said = messages[1].at("content").as_array();
  ASSERT_EQ(said.size(), 3u);
  EXPECT_EQ(said[0], Json(R"({"text":"let me see"})"));
  EXPECT_EQ(said[1].at("toolUse").at("name"), "w");
  EXPECT_EQ(said[1].at("toolUse").at("input"), Json(R"({"city":"Ulm"})"));
  EXPECT_EQ(said[2], Json(R"({"toolUse":{"toolUseId":"call_2","name":"t","input":{}}})"));
}

TEST(BedrockMessagesTest, ResultsComeFirstAndAJsonObjectAsOne) {
  const auto messages = MessagesOf(kWithTools).as_array();
  const auto& results = messages[2].at("content").as_array();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0], Json(R"({"toolResult":{"toolUseId":"call_2","content":[{"text":"12:00"}]}})"));
  EXPECT_EQ(results[1].at("toolResult").at("content"), Json(R"([{"json":{"sun":true}}])"));
  EXPECT_EQ(results[2], Json(R"({"text":"well?"})"));
}

TEST(BedrockMessagesTest, AnIdThatBedrockDoesNotTakeIsReplacedInCallAndResult) {
  const auto messages = MessagesOf(kWithTools).as_array();
  const auto& call = messages[1].at("content").at(1).at("toolUse").at("toolUseId");
  EXPECT_NE(call, "call|1");
  EXPECT_EQ(call, messages[2].at("content").at(1).at("toolResult").at("toolUseId"));
}

// Kimi wants to see its ids again; Claude takes none with a dot or a colon.
TEST(BedrockMessagesTest, IdsWithDotsAndColonsStayUnlessForClaude) {
  const auto sent = [](const std::string& model) {
    const std::string request = R"(messages { role: ROLE_USER content: "hi" }
        messages { role: ROLE_ASSISTANT tool_calls { id: "functions.f:0" function { name: "f" } } }
        messages { role: ROLE_TOOL tool_call_id: "functions.f:0" content: "1" })";
    const auto messages = MemberOf(request, "messages", model).as_array();
    const auto& id = messages[1].at("content").at(0).at("toolUse").at("toolUseId");
    EXPECT_EQ(id, messages[2].at("content").at(0).at("toolResult").at("toolUseId"));
    return std::string(id.as_string().c_str());
  };
  EXPECT_EQ(sent("moonshot.kimi-k2-thinking"), "functions.f:0");
  for (const char* model : {kClaude, "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"}) {
    EXPECT_EQ(sent(model).find_first_of(".:"), std::string::npos) << model;
  }
}

TEST(BedrockMessagesTest, AResultWithoutContentIsAnEmptyList) {
  EXPECT_EQ(MessagesOf(R"(messages { role: ROLE_USER content: "x" }
      messages { role: ROLE_ASSISTANT tool_calls { id: "a" function { name: "f" arguments: "[1" } } }
      messages { role: ROLE_TOOL tool_call_id: "a" })"),
            Json(R"([{"role":"user","content":[{"text":"x"}]},
                     {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{"arguments":"[1"}}}]},
                     {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[]}}]}])"));
}

TEST(BedrockMessagesTest, AFailedResultSaysSoUnderBedrocksName) {
  EXPECT_EQ(MessagesOf(R"(messages { role: ROLE_TOOL tool_call_id: "a" content: "no"
      extra { fields { key: "bedrock" value { struct_value { fields {
        key: "status" value { string_value: "error" } } } } } } })"),
            Json(R"([{"role":"user","content":[{"toolResult":
                     {"toolUseId":"a","content":[{"text":"no"}],"status":"error"}}]}])"));
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_TOOL tool_call_id: "a" content: "no"
      extra { fields { key: "bedrock" value { struct_value { fields {
        key: "content" value { string_value: "x" } } } } } } })"),
            "INVALID_ARGUMENT: messages[0].extra.bedrock.content has a field of its own");
}

TEST(BedrockMessagesTest, TheLegacyDialectIsBroughtUpToDate) {
  EXPECT_EQ(MessagesOf(R"(messages { role: ROLE_USER content: "x" }
      messages { role: ROLE_ASSISTANT function_call { name: "f" arguments: "{}" } }
      messages { role: ROLE_FUNCTION name: "f" content: "1" })"),
            Json(R"([{"role":"user","content":[{"text":"x"}]},
                     {"role":"assistant","content":[{"toolUse":{"toolUseId":"function_call_1","name":"f","input":{}}}]},
                     {"role":"user","content":[{"toolResult":{"toolUseId":"function_call_1","content":[{"text":"1"}]}}]}])"));
}

TEST(BedrockMessagesTest, CallsThatAreNoFunctionsAreRefused) {
  EXPECT_EQ(FaultOf(R"(messages { role: ROLE_USER content: "x" }
      messages { role: ROLE_ASSISTANT tool_calls { id: "a" custom { name: "c" input: "x" } } })"),
            "UNIMPLEMENTED: messages[1].tool_calls[0].custom is a kind of call that Bedrock does not know");
  EXPECT_EQ(
      FaultOf(R"(messages { role: ROLE_USER content: "x" } messages { role: ROLE_ASSISTANT tool_calls {} })"),
      "INVALID_ARGUMENT: messages[1].tool_calls[0].function.name is not set");
}

TEST(BedrockMessagesTest, SpokenHistoryNeedsItsTranscript) {
  EXPECT_EQ(FaultOf(std::string(kHelloToBedrock) + " messages { role: ROLE_ASSISTANT audio {} }"),
            "UNIMPLEMENTED: messages[1].audio is more than Bedrock can do");
  EXPECT_THAT(DroppedFrom(std::string(kHelloToBedrock) +
                          R"( messages { role: ROLE_ASSISTANT audio {} content: "hm" })"),
              IsEmpty());
}

constexpr char kSigned[] = R"(
  messages { role: ROLE_USER content: "x" }
  messages { role: ROLE_ASSISTANT content: "y" reasoning_content: "t" extra { fields { key: "anthropic" value { struct_value {
    fields { key: "thinking_blocks" value { list_value {
      values { struct_value {
        fields { key: "type" value { string_value: "thinking" } }
        fields { key: "thinking" value { string_value: "t" } }
        fields { key: "signature" value { string_value: "s" } } } }
      values { struct_value {
        fields { key: "type" value { string_value: "redacted_thinking" } }
        fields { key: "data" value { string_value: "d" } } } } } } } } } } } })";

TEST(BedrockMessagesTest, SignedReasoningOpensTheAssistantsTurn) {
  EXPECT_EQ(MessagesOf(kSigned).at(1), Json(R"({"role":"assistant","content":[
                     {"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},
                     {"reasoningContent":{"redactedContent":"d"}},{"text":"y"}]})"));
}

TEST(BedrockMessagesTest, AModelThatIsNotClaudeGetsNoSignedReasoning) {
  for (const std::string model :
       {kLlama, "anthropic.claude-3-5-sonnet-20240620-v1:0", "anthropic.claude-v2"}) {
    EXPECT_EQ(MessagesOf(kSigned, model).at(1), Json(R"({"role":"assistant","content":[{"text":"y"}]})"))
        << model;
  }
}

TEST(BedrockMessagesTest, WhatIsBehindAnArnOfOnesOwnMayBeClaude) {
  const auto size = [](const std::string& model) {
    return MessagesOf(kSigned, model).at(1).at("content").as_array().size();
  };
  EXPECT_EQ(size("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"), 3u);
  EXPECT_EQ(size("arn:aws:bedrock:us-east-1:1:inference-profile/us.meta.llama3-3-70b-instruct-v1:0"), 1u);
}

}  // namespace
}  // namespace spillway::providers
