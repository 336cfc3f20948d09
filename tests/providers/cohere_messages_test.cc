// Conversations as Cohere takes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/providers/encoding.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

const Encoding& Cohere() {
  static const Encoding kEncoding(v1::API_COHERE, "m");
  return kEncoding;
}

std::string Said(const std::string& role, const std::string& text) {
  return "messages { role: ROLE_" + role + " content: \"" + text + "\" } ";
}

json::value Messages(const std::string& text) { return Cohere().Member(text, "messages"); }

TEST(CohereMessagesTest, DevelopersAreTheSystemWhereTheyStand) {
  EXPECT_EQ(Messages(Said("DEVELOPER", "a") + Said("USER", "b") + Said("ASSISTANT", "c") +
                     Said("SYSTEM", "d") + Said("USER", "e")),
            json::parse(R"([{"role":"system","content":"a"},{"role":"user","content":"b"},
              {"role":"assistant","content":"c"},{"role":"system","content":"d"},{"role":"user","content":"e"}])"));
}

TEST(CohereMessagesTest, OfNothingButSystemTextTheLastIsTheUsers) {
  EXPECT_EQ(Messages(Said("SYSTEM", "a") + Said("DEVELOPER", "b")),
            json::parse(R"([{"role":"system","content":"a"},{"role":"user","content":"b"}])"));
}

TEST(CohereMessagesTest, AConversationOfAnotherProviderGoesOn) {
  const json::value messages = Messages(Said("USER", "weather?") + R"(
    messages { role: ROLE_ASSISTANT reasoning_content: "hm" annotations {}
      tool_calls { id: "call_1" function { name: "weather" arguments: "{\"city\":\"Oslo\"}" }
                   extra { fields { key: "index" value { number_value: 0 } } } }
      tool_calls { id: "no good:2" function { name: "time" } } }
    messages { role: ROLE_TOOL tool_call_id: "call_1" content: "sunny" name: "weather" }
    messages { role: ROLE_TOOL tool_call_id: "no good:2" content: "noon" })");
  const std::string second(messages.at(1).at("tool_calls").at(1).at("id").as_string().c_str());
  EXPECT_EQ(second.find_first_of(" :"), std::string::npos);
  EXPECT_EQ(messages, json::parse(R"([{"role":"user","content":"weather?"},{"role":"assistant","tool_calls":[
      {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},
      {"id":")" + second + R"(","type":"function","function":{"name":"time","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"call_1","content":"sunny"},
      {"role":"tool","tool_call_id":")" +
                                  second + R"(","content":"noon"}])"));
}

TEST(CohereMessagesTest, WhatWasSaidBesideCallsIsThePlan) {
  const json::value messages = Messages(R"(
    messages { role: ROLE_ASSISTANT content: "I look" tool_calls { id: "a" function { name: "f" arguments: "" } } }
    messages { role: ROLE_TOOL tool_call_id: "a" parts { text: "sunny, " } parts { text: "warm" } }
    messages { role: ROLE_ASSISTANT tool_calls { id: "a" function { name: "f" arguments: "{" } } }
    messages { role: ROLE_TOOL tool_call_id: "a" content: "" })");
  const json::value& second = messages.at(2).at("tool_calls").at(0).at("id");
  EXPECT_NE(second, "a");
  EXPECT_EQ(messages.at(0), json::parse(R"({"role":"assistant","tool_plan":"I look","tool_calls":[
      {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]})"));
  EXPECT_EQ(messages.at(1), json::parse(R"({"role":"tool","tool_call_id":"a","content":"sunny, warm"})"));
  EXPECT_EQ(messages.at(2).as_object().if_contains("tool_plan"), nullptr);
  EXPECT_EQ(messages.at(2).at("tool_calls").at(0).at("function").at("arguments"), R"({"arguments":"{"})");
  EXPECT_EQ(messages.at(3).at("tool_call_id"), second);
}

TEST(CohereMessagesTest, AnAssistantThatSaysNothingIsLeftOut) {
  EXPECT_EQ(Messages(Said("USER", "a") + R"(messages { role: ROLE_ASSISTANT }
      messages { role: ROLE_ASSISTANT parts { other { fields { key: "type" value { string_value: "thinking" } } } } })")
                .as_array()
                .size(),
            1u);
  EXPECT_EQ(Cohere().Invalid(Said("ASSISTANT", " ")), "messages say nothing");
}

TEST(CohereMessagesTest, ARefusalIsText) {
  EXPECT_EQ(Messages(R"(messages { role: ROLE_ASSISTANT refusal: "no" })").at(0).at("content"), "no");
}

TEST(CohereMessagesTest, NamesOfSpeakersAreDropped) {
  EXPECT_THAT(Cohere().Dropped(R"(messages { role: ROLE_USER content: "a" name: "Ann" }
                                  messages { role: ROLE_TOOL content: "a" name: "f" tool_call_id: "i" })"),
              ElementsAre("messages.name"));
}

TEST(CohereMessagesTest, ImagesAreOpenAis) {
  EXPECT_EQ(Messages(R"(messages { role: ROLE_USER parts { text: "t" }
              parts { image_url { url: "https://x/i.png" detail: "low" } } parts { image_url { url: "data:image/png;base64,A" } } })")
                .at(0)
                .at("content"),
            json::parse(R"([{"type":"text","text":"t"},
              {"type":"image_url","image_url":{"url":"https://x/i.png","detail":"low"}},
              {"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}])"));
}

TEST(CohereMessagesTest, AllOtherPartsAreRefused) {
  for (const char* part : {"input_audio", "file", "other"}) {
    EXPECT_EQ(Cohere().Unsupported("messages { role: ROLE_USER parts { " + std::string(part) + " {} } }"),
              "messages[0].parts[0]." + std::string(part) + " is more than Cohere can do");
  }
  for (const char* role : {"SYSTEM", "ASSISTANT", "TOOL"}) {
    EXPECT_EQ(
        Cohere().Unsupported("messages { role: ROLE_" + std::string(role) + " parts { image_url {} } }"),
        "messages[0].parts[0] is no text, which is all there may be at this API");
  }
  EXPECT_EQ(Cohere().Unsupported(R"(messages { role: ROLE_ASSISTANT parts { image_url {} }
                                    tool_calls { function { name: "f" } } })"),
            "messages[0].parts[0] is no text, which is all there may be at this API");
  EXPECT_EQ(Cohere().Unsupported("messages { role: ROLE_ASSISTANT audio {} }"),
            "messages[0].audio is more than Cohere can do");
  EXPECT_EQ(
      Cohere().Unsupported(R"(messages { role: ROLE_ASSISTANT tool_calls { type: "custom" custom {} } })"),
      "messages[0].tool_calls[0].type is more than Cohere can do");
}

TEST(CohereMessagesTest, AResultMayGiveDocumentsToCite) {
  const std::string scoped = R"( extra { fields { key: "cohere" value { struct_value { fields { key: "content"
      value { list_value { values { struct_value {} } } } } } } } } )";
  EXPECT_EQ(
      Messages(R"(messages { role: ROLE_TOOL tool_call_id: "a" content: "in words")" + scoped + "}").at(0),
      json::parse(R"({"role":"tool","tool_call_id":"a","content":[{}]})"));
  EXPECT_EQ(Cohere().Invalid(R"(messages { role: ROLE_USER content: "x")" + scoped + "}"),
            "messages[0].extra.cohere.content has a field of its own");
}

TEST(CohereMessagesTest, WhatAnAnswerBroughtAlongIsNotSentBack) {
  EXPECT_EQ(Messages(R"(messages { role: ROLE_ASSISTANT content: "x" extra { fields { key: "cohere" value {
              struct_value { fields { key: "citations" value { list_value {} } }
                             fields { key: "content" value { list_value {} } } } } } } })")
                .at(0),
            json::parse(R"({"role":"assistant","content":"x"})"));
}

TEST(CohereMessagesTest, TheLegacyDialectIsBroughtUpToDate) {
  const json::value messages =
      Messages(R"(messages { role: ROLE_ASSISTANT function_call { name: "f" arguments: "{}" } }
                  messages { role: ROLE_FUNCTION name: "f" content: "r" })");
  EXPECT_EQ(messages.at(1).at("tool_call_id"), messages.at(0).at("tool_calls").at(0).at("id"));
}

TEST(CohereMessagesTest, FaultsAreNamedByTheirPlaceInTheRequest) {
  const std::string before = Said("ASSISTANT", "");
  EXPECT_EQ(Cohere().Invalid(before + R"(messages { content: "x" })"), "messages[1].role is not set");
  EXPECT_EQ(Cohere().Invalid(before + R"(messages { role: ROLE_USER content: "a" parts { text: "b" } })"),
            "messages[1].content and parts exclude each other");
  EXPECT_EQ(Cohere().Invalid(before + "messages { role: ROLE_USER parts {} }"),
            "messages[1].parts[0] has no content");
  EXPECT_EQ(Cohere().Invalid(before + "messages { role: ROLE_ASSISTANT tool_calls {} }"),
            "messages[1].tool_calls[0].function is not set");
}

}  // namespace
}  // namespace spillway::providers
