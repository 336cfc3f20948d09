// The message of an answer, as OpenAI and those who follow it write it.
#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

v1::Message Message(const std::string& message) {
  const Decoded decoded =
      MakeCodec(v1::API_OPENAI, {})
          ->Decode({.status = 200,
                    .headers = {},
                    .body = R"({"choices":[{"message":)" + message + R"(,"finish_reason":"stop"}]})"},
                   {});
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) ADD_FAILURE() << std::get<router::FailedAttempt>(decoded).message;
  return answer == nullptr ? v1::Message() : answer->choices(0).message();
}

TEST(OpenAiMessageTest, FurtherMessageFields) {
  EXPECT_TRUE(SameProto(
      Message(
          R"({"role":"model","content":"","refusal":"no","name":"n","tool_call_id":"t","audio":{"id":"a"},)"
          R"("tool_calls":null,"function_call":null,"annotations":null,"parsed":{"a":1},"images":[]})"),
      R"(role: ROLE_ASSISTANT content: "" refusal: "no" name: "n" tool_call_id: "t"
         audio { fields { key: "id" value { string_value: "a" } } }
         extra { fields { key: "role" value { string_value: "model" } }
                 fields { key: "parsed" value { struct_value { fields { key: "a" value { number_value: 1 } } } } }
                 fields { key: "images" value { list_value {} } } })"));
}

TEST(OpenAiMessageTest, FieldsOfOtherTypesStayInExtra) {
  const auto message =
      Message(R"({"content":"x","refusal":3,"tool_calls":["a"],"annotations":{},"audio":true,)"
              R"("function_call":[],"name":{}})");
  for (const char* name : {"refusal", "tool_calls", "annotations", "audio", "function_call", "name"}) {
    EXPECT_TRUE(message.extra().fields().contains(name)) << name;
  }
  EXPECT_EQ(message.tool_calls_size(), 0);
}

TEST(OpenAiMessageTest, ReasoningHasSeveralNames) {
  EXPECT_EQ(Message(R"({"content":"x","reasoning_content":"r"})").reasoning_content(), "r");
  EXPECT_EQ(Message(R"({"content":"x","reasoning":"r"})").reasoning_content(), "r");
  const auto both =
      Message(R"({"content":"x","reasoning":"b","reasoning_content":"a","reasoning_details":[{}]})");
  EXPECT_EQ(both.reasoning_content(), "a");
  EXPECT_EQ(both.extra().fields().at("reasoning").string_value(), "b");
  EXPECT_TRUE(both.extra().fields().contains("reasoning_details"));
  const auto same = Message(R"({"content":"x","reasoning":"a","reasoning_content":"a"})");
  EXPECT_TRUE(same.extra().fields().empty());
  EXPECT_FALSE(Message(R"({"content":"x","reasoning":"","reasoning_content":null})").has_reasoning_content());
  EXPECT_TRUE(Message(R"({"content":"x","reasoning":{"a":1}})").extra().fields().contains("reasoning"));
}

TEST(OpenAiMessageTest, AListOfPartsBecomesTextAndReasoning) {
  EXPECT_TRUE(
      SameProto(Message(R"({"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a"},)"
                        R"({"type":"text","text":"b"},"c"]})"),
                R"(role: ROLE_ASSISTANT content: "abc" reasoning_content: "hm")"));
  const auto more =
      Message(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"},)"
              R"({"type":"text","text":"m"}],"closed":true},{"type":"image"},{"type":"text","text":"a"}]})");
  EXPECT_EQ(more.content(), "a");
  EXPECT_EQ(more.reasoning_content(), "hm");
  EXPECT_EQ(more.extra().fields().at("content").list_value().values_size(), 3);
  const auto twice = Message(
      R"({"reasoning":"r","content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"a"}]})");
  EXPECT_EQ(twice.reasoning_content(), "r");
  EXPECT_TRUE(twice.extra().fields().contains("content"));
  EXPECT_FALSE(Message(R"({"content":[]})").has_content());
}

TEST(OpenAiMessageTest, SummariesOfReasoningAreReasoning) {
  const v1::Message message = Message(
      R"({"content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"h","signature":"s"},)"
      R"({"type":"summary_text","text":"m"}]},{"type":"text","text":"a"}]})");
  EXPECT_EQ(message.content(), "a");
  EXPECT_EQ(message.reasoning_content(), "hm");
  EXPECT_EQ(message.extra().fields().at("content").list_value().values_size(), 2);
}

TEST(OpenAiMessageTest, TextPartsMayBeNamedOtherwiseOrNotAtAll) {
  EXPECT_TRUE(SameProto(Message(R"({"content":[{"type":"output_text","text":"a"},{"text":"b"}]})"),
                        R"(role: ROLE_ASSISTANT content: "ab")"));
  const v1::Message more = Message(R"({"content":[{"type":"output_text","text":"a","annotations":[1]}]})");
  EXPECT_EQ(more.content(), "a");
  EXPECT_TRUE(more.extra().fields().contains("content"));
  EXPECT_FALSE(Message(R"({"content":[{"type":"other","text":"a"}]})").has_content());
}

// Cloudflare does so where a schema was asked for.
TEST(OpenAiMessageTest, ContentThatIsAnObjectIsItsText) {
  const v1::Message message =
      Message(R"({"role":"assistant","content":{"a":"b","n":[1,2.5]},"refusal":null})");
  EXPECT_EQ(message.content(), R"({"a":"b","n":[1,2.5]})");
  EXPECT_EQ(message.extra().fields().at("content").struct_value().fields().at("a").string_value(), "b");
  EXPECT_EQ(Message(R"({"content":{}})").content(), "{}");
}

}  // namespace
}  // namespace spillway::providers
