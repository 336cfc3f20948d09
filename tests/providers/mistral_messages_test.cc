// Conversations as Mistral takes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "tests/providers/encoding.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

const Encoding& Mistral() {
  static const Encoding kEncoding(v1::API_MISTRAL, "m");
  return kEncoding;
}

std::string Said(const std::string& role, const std::string& text) {
  return "messages { role: ROLE_" + role + " content: \"" + text + "\" } ";
}

json::value Messages(const std::string& text) { return Mistral().Member(text, "messages"); }

// The content of a user's message of one part.
json::value Part(const std::string& part) {
  return Messages("messages { role: ROLE_USER parts { " + part + " } }").at(0).at("content").at(0);
}

std::string Refusal(const std::string& part) {
  return Mistral().Unsupported("messages { role: ROLE_USER parts { " + part + " } }");
}

// "system:a user:b", of the messages written.
std::string Order(const std::string& text) {
  std::string order;
  const json::value messages = Messages(text);
  for (const auto& message : messages.as_array()) {
    order += order.empty() ? "" : " ";
    order += message.at("role").as_string().c_str();
    order += ":";
    order += message.at("content").as_string().c_str();
  }
  return order;
}

TEST(MistralMessagesTest, DevelopersAreTheSystem) {
  EXPECT_EQ(Order(Said("DEVELOPER", "a") + Said("SYSTEM", "b") + Said("USER", "c")),
            "system:a system:b user:c");
}

TEST(MistralMessagesTest, SystemTextAfterAnAnswerGoesToTheFront) {
  EXPECT_EQ(Order(Said("SYSTEM", "a") + Said("USER", "b") + Said("SYSTEM", "c") + Said("ASSISTANT", "d") +
                  Said("DEVELOPER", "e") + Said("SYSTEM", "f") + Said("USER", "g")),
            "system:a system:e system:f user:b system:c assistant:d user:g");
}

TEST(MistralMessagesTest, AUserAfterAToolIsBridged) {
  EXPECT_EQ(Order(Said("USER", "a") +
                  R"(messages { role: ROLE_ASSISTANT tool_calls { id: "1" function { name: "f" } } }
                  messages { role: ROLE_TOOL tool_call_id: "1" content: "r" }
                  messages { role: ROLE_TOOL tool_call_id: "1" content: "s" } )" +
                  Said("USER", "b")),
            "user:a assistant: tool:r tool:s assistant:OK. user:b");
}

TEST(MistralMessagesTest, AnAssistantThatSaysNothingIsLeftOut) {
  EXPECT_EQ(
      Order(Said("USER", "a") + Said("ASSISTANT", " ") +
            R"(messages { role: ROLE_ASSISTANT parts { text: "" } } messages { role: ROLE_ASSISTANT } )" +
            Said("USER", "b")),
      "user:a user:b");
  EXPECT_EQ(Mistral().Invalid(Said("ASSISTANT", "")), "messages say nothing");
}

TEST(MistralMessagesTest, AnAnswerAtTheEndIsItsBeginning) {
  EXPECT_EQ(Messages(Said("USER", "a") + Said("ASSISTANT", "b") + Said("USER", "c") + Said("ASSISTANT", "d")),
            json::parse(R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"},
                            {"role":"user","content":"c"},{"role":"assistant","content":"d","prefix":true}])"));
}

TEST(MistralMessagesTest, AConversationOfAnotherProviderGoesOn) {
  const json::value messages = Messages(Said("USER", "weather?") + R"(
    messages { role: ROLE_ASSISTANT content: "I look" reasoning_content: "hm" annotations {}
      tool_calls { id: "call_abcdefgh" type: "function" function { name: "weather" arguments: "{\"city\":\"Oslo\"}" }
                   extra { fields { key: "index" value { number_value: 0 } } } }
      tool_calls { id: "toolu_1" function { name: "time" arguments: "" } }
      extra { fields { key: "anthropic" value { struct_value {} } } } }
    messages { role: ROLE_TOOL tool_call_id: "toolu_1" content: "noon" name: "clock" }
    messages { role: ROLE_TOOL tool_call_id: "call_abcdefgh" parts { text: "sunny" } parts { text: "warm" } })");
  const std::string first(messages.at(1).at("tool_calls").at(0).at("id").as_string().c_str());
  const std::string second(messages.at(1).at("tool_calls").at(1).at("id").as_string().c_str());
  EXPECT_TRUE(std::regex_match(first, std::regex("[A-Za-z0-9]{9}"))) << first;
  EXPECT_TRUE(std::regex_match(second, std::regex("[A-Za-z0-9]{9}"))) << second;
  EXPECT_NE(first, second);
  EXPECT_EQ(
      messages,
      json::parse(
          R"([{"role":"user","content":"weather?"},{"role":"assistant","content":"I look","tool_calls":[
              {"id":")" +
          first + R"(","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},
              {"id":")" +
          second + R"(","type":"function","function":{"name":"time","arguments":"{}"}}]},
              {"role":"tool","content":"noon","name":"time","tool_call_id":")" +
          second + R"("},
              {"role":"tool","content":[{"type":"text","text":"sunny"},{"type":"text","text":"warm"}],"name":"weather",
               "tool_call_id":")" +
          first + R"("}])"));
}

TEST(MistralMessagesTest, ItsOwnIdsStay) {
  const json::value messages = Messages(
      R"(messages { role: ROLE_ASSISTANT tool_calls { id: "qDEcl0n92" function { name: "f" } } }
         messages { role: ROLE_TOOL tool_call_id: "qDEcl0n92" content: "" })");
  EXPECT_EQ(messages.at(0).at("tool_calls").at(0).at("id"), "qDEcl0n92");
  EXPECT_EQ(messages.at(1).at("tool_call_id"), "qDEcl0n92");
}

TEST(MistralMessagesTest, AResultWithoutItsCallHasTheNameItIsGiven) {
  const json::value messages =
      Messages(R"(messages { role: ROLE_TOOL tool_call_id: "x" content: "r" name: "f" }
                                           messages { role: ROLE_TOOL tool_call_id: "y" content: "r" name: "no name" })");
  EXPECT_EQ(messages.at(0).at("name"), "f");
  EXPECT_EQ(messages.at(1).as_object().if_contains("name"), nullptr);
}

TEST(MistralMessagesTest, ArgumentsAreAlwaysAnObject) {
  const json::value messages = Messages(
      R"(messages { role: ROLE_ASSISTANT tool_calls { id: "1" function { name: "f" arguments: "{\"a\":" } } })");
  EXPECT_EQ(messages.at(0).at("tool_calls").at(0).at("function").at("arguments"),
            R"({"arguments":"{\"a\":"})");
}

TEST(MistralMessagesTest, TheLegacyDialectIsBroughtUpToDate) {
  const json::value messages =
      Messages(R"(messages { role: ROLE_ASSISTANT function_call { name: "f" arguments: "{}" } }
                  messages { role: ROLE_FUNCTION name: "f" content: "r" })");
  EXPECT_EQ(messages.at(1).at("role"), "tool");
  EXPECT_EQ(messages.at(1).at("name"), "f");
  EXPECT_EQ(messages.at(1).at("tool_call_id"), messages.at(0).at("tool_calls").at(0).at("id"));
}

TEST(MistralMessagesTest, ARefusalIsText) {
  EXPECT_EQ(Order(Said("USER", "a") + R"(messages { role: ROLE_ASSISTANT refusal: "no" } )" +
                  R"(messages { role: ROLE_ASSISTANT parts { refusal: "n" } parts { text: "o" } } )" +
                  Said("USER", "b")),
            "user:a assistant:no assistant:no user:b");
}

TEST(MistralMessagesTest, EarlierReasoningIsNotSent) {
  EXPECT_EQ(
      Order(Said("USER", "a") + R"(messages { role: ROLE_ASSISTANT reasoning_content: "hm" parts { text: "b" }
                    parts { other { fields { key: "type" value { string_value: "thinking" } } } }
                    extra { fields { key: "mistral" value { struct_value { fields { key: "content" value {
                      list_value {} } } } } } } } )" +
            Said("USER", "c")),
      "user:a assistant:b user:c");
}

TEST(MistralMessagesTest, NamesOfSpeakersAreDropped) {
  EXPECT_THAT(Mistral().Dropped(R"(messages { role: ROLE_USER content: "a" name: "Ann" })"),
              ElementsAre("messages.name"));
}

TEST(MistralMessagesTest, PartsOfAUser) {
  EXPECT_EQ(Part(R"(image_url { url: "https://x/i.png" detail: "low" })"),
            json::parse(R"({"type":"image_url","image_url":{"url":"https://x/i.png","detail":"low"}})"));
  EXPECT_EQ(Part(R"(image_url { url: "data:image/png;base64,AA==" })"),
            json::parse(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}})"));
  EXPECT_EQ(Part(R"(input_audio { data: "AAAA" format: "mp3" })"),
            json::parse(R"({"type":"input_audio","input_audio":"AAAA"})"));
  EXPECT_EQ(Part(R"(refusal: "no")"), json::parse(R"({"type":"text","text":"no"})"));
}

TEST(MistralMessagesTest, PdfsAreDocuments) {
  EXPECT_EQ(Part(R"(file { file_data: "data:application/pdf;base64,AA==" filename: "a.pdf" })"),
            json::parse(R"({"type":"document_url","document_url":"data:application/pdf;base64,AA==",
                            "document_name":"a.pdf"})"));
  EXPECT_EQ(Part(R"(file { file_data: "AA==" filename: "a.PDF" })"),
            json::parse(R"({"type":"document_url","document_url":"data:application/pdf;base64,AA==",
                            "document_name":"a.PDF"})"));
  EXPECT_EQ(Part(R"(file { file_id: "0f1e" })"), json::parse(R"({"type":"file","file_id":"0f1e"})"));
}

TEST(MistralMessagesTest, OtherFilesAreRefused) {
  const std::string no_pdf = "messages[0].parts[0].file.file_data is no PDF, the one document Mistral reads";
  EXPECT_EQ(Refusal(R"(file { file_data: "data:text/plain;base64,AA==" })"), no_pdf);
  EXPECT_EQ(Refusal(R"(file { file_data: "AA==" filename: "a.txt" })"), no_pdf);
  EXPECT_EQ(Refusal("file {}"), no_pdf);
  EXPECT_EQ(Refusal(R"(file { file_id: "file-abc" })"),
            "messages[0].parts[0].file.file_id is none of Mistral's");
}

TEST(MistralMessagesTest, APartInMistralsOwnFormStaysAsItIs) {
  EXPECT_EQ(Part(R"(other { fields { key: "type" value { string_value: "document_url" } }
                            fields { key: "document_url" value { string_value: "https://x/a.pdf" } } })"),
            json::parse(R"({"type":"document_url","document_url":"https://x/a.pdf"})"));
  const std::string beyond = "messages[0].parts[0].other is more than Mistral can do";
  EXPECT_EQ(Refusal(R"(other { fields { key: "type" value { string_value: "video" } } })"), beyond);
  EXPECT_EQ(Refusal("other {}"), beyond);
  EXPECT_EQ(Mistral().Invalid(R"(messages { role: ROLE_USER parts { other {
              fields { key: "type" value { string_value: "reference" } }
              fields { key: "x" value { number_value: nan } } } } })"),
            "messages[0].parts[0].other.x is not a finite number");
}

TEST(MistralMessagesTest, OnlyUsersShowMoreThanText) {
  const std::string image = R"(parts { text: "t" } parts { image_url { url: "u" } })";
  for (const char* role : {"SYSTEM", "ASSISTANT", "TOOL"}) {
    EXPECT_EQ(Mistral().Unsupported("messages { role: ROLE_" + std::string(role) + " " + image + " }"),
              "messages[0].parts[1] is no text, which is all there may be at this API");
  }
  EXPECT_EQ(Mistral().Unsupported("messages { role: ROLE_ASSISTANT audio {} }"),
            "messages[0].audio is more than Mistral can do");
}

TEST(MistralMessagesTest, CustomCallsAreRefused) {
  EXPECT_EQ(Mistral().Unsupported(R"(messages { role: ROLE_ASSISTANT tool_calls { custom { name: "c" } } })"),
            "messages[0].tool_calls[0].type is more than Mistral can do");
}

TEST(MistralMessagesTest, FaultsAreNamedByTheirPlaceInTheRequest) {
  const std::string before = Said("ASSISTANT", "");
  EXPECT_EQ(Mistral().Invalid(before + R"(messages { content: "x" })"), "messages[1].role is not set");
  EXPECT_EQ(Mistral().Invalid(before + R"(messages { role: ROLE_USER content: "a" parts { text: "b" } })"),
            "messages[1].content and parts exclude each other");
  EXPECT_EQ(Mistral().Invalid(before + "messages { role: ROLE_USER parts {} }"),
            "messages[1].parts[0] has no content");
  EXPECT_EQ(Mistral().Invalid(before + "messages { role: ROLE_ASSISTANT tool_calls {} }"),
            "messages[1].tool_calls[0].function is not set");
  const std::string scoped = R"( extra { fields { key: "mistral" value { struct_value { fields { key: )";
  EXPECT_EQ(Mistral().Invalid(R"(messages { role: ROLE_USER content: "a")" + scoped +
                              R"("content" value {} } } } } } })"),
            "messages[0].extra.mistral.content has a field of its own");
  EXPECT_EQ(Mistral().Invalid(R"(messages { role: ROLE_USER parts { text: "a" )" + scoped +
                              R"("x" value { number_value: nan } } } } } } } })"),
            "messages[0].parts[0].extra.mistral.x is not a finite number");
  EXPECT_EQ(Mistral().Invalid(R"(messages { role: ROLE_USER parts { input_audio {} )" + scoped +
                              R"("x" value { number_value: nan } } } } } } } })"),
            "messages[0].parts[0].extra.mistral.x is not a finite number");
  EXPECT_EQ(Mistral().Invalid(R"(messages { role: ROLE_ASSISTANT tool_calls { function {} )" + scoped +
                              R"("x" value { number_value: nan } } } } } } } })"),
            "messages[0].tool_calls[0].extra.mistral.x is not a finite number");
}

}  // namespace
}  // namespace spillway::providers
