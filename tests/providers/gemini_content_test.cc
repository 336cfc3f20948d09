// Calls and signatures of Gemini's answers, and how they go back in the next turn.
#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"
#include "tests/providers/gemini_encoding.h"

namespace spillway::providers {
namespace {

Decoded Decode(const std::string& body) {
  return MakeCodec(v1::API_GEMINI, {})->Decode({.status = 200, .headers = {}, .body = body}, {});
}

v1::ChatResponse Answer(const std::string& body) {
  const Decoded decoded = Decode(body);
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) ADD_FAILURE() << std::get<router::FailedAttempt>(decoded).message << body;
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

std::string Candidate(const std::string& parts, const std::string& rest = R"("finishReason":"STOP")") {
  return R"({"responseId":"r","candidates":[{"content":{"role":"model","parts":)" + parts + "}," + rest +
         "}]}";
}

// The one choice of an answer of these parts.
v1::Choice Choice(const std::string& parts, const std::string& rest = R"("finishReason":"STOP")") {
  const v1::ChatResponse answer = Answer(Candidate(parts, rest));
  return answer.choices_size() == 1 ? answer.choices(0) : v1::Choice();
}

TEST(GeminiContentTest, CallsAreToolCallsWithArgumentsInText) {
  const v1::Choice choice = Choice(R"([{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"S"},
                                       {"functionCall":{"name":"f"}}])");
  EXPECT_EQ(choice.finish_reason(), "tool_calls");
  EXPECT_FALSE(choice.message().has_content());
  ASSERT_EQ(choice.message().tool_calls_size(), 2);
  const v1::ToolCall& first = choice.message().tool_calls(0);
  EXPECT_EQ(first.type(), "function");
  EXPECT_EQ(first.function().name(), "f");
  EXPECT_EQ(first.function().arguments(), R"({"a":1})");
  EXPECT_EQ(choice.message().tool_calls(1).function().arguments(), "{}");
  EXPECT_FALSE(choice.message().tool_calls(1).has_extra());
}

TEST(GeminiContentTest, CallsWithoutAnIdGetOneThatNoOtherHas) {
  const std::string parts = R"([{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}}])";
  const v1::Message message = Choice(parts).message();
  EXPECT_EQ(message.tool_calls(0).id().size(), 21u);
  EXPECT_EQ(message.tool_calls(0).id().substr(0, 5), "call_");
  EXPECT_NE(message.tool_calls(0).id(), message.tool_calls(1).id());
  EXPECT_EQ(message.tool_calls(0).id(), Choice(parts).message().tool_calls(0).id());
  std::string other = Candidate(parts);
  other.replace(other.find(R"("r")"), 3, R"("s")");
  EXPECT_NE(message.tool_calls(0).id(), Answer(other).choices(0).message().tool_calls(0).id());
}

TEST(GeminiContentTest, WithoutAResponseIdTheBodyTellsCallsApart) {
  const auto id = [](const std::string& argument) {
    return Answer(R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":)" +
                  argument + R"(}}}]},"finishReason":"STOP"}]})")
        .choices(0)
        .message()
        .tool_calls(0)
        .id();
  };
  EXPECT_NE(id("1"), id("2"));
}

TEST(GeminiContentTest, AnIdOfGeminisOwnIsKeptAndMarked) {
  const v1::ToolCall call =
      Choice(R"([{"functionCall":{"id":"g1","name":"f","args":{},"willContinue":true},"new":1}])")
          .message()
          .tool_calls(0);
  EXPECT_EQ(call.id(), "g1");
  const auto& kept = call.extra().fields().at("gemini").struct_value().fields();
  EXPECT_EQ(kept.at("id").string_value(), "g1");
  EXPECT_TRUE(kept.at("willContinue").bool_value());
  EXPECT_EQ(kept.at("new").number_value(), 1);
}

// What the next turn sends back of an answer of these parts.
boost::json::value SentBack(const std::string& parts) {
  v1::ChatRequest request;
  v1::Message& user = *request.add_messages();
  user.set_role(v1::ROLE_USER);
  user.set_content("a");
  *request.add_messages() = Choice(parts).message();
  const auto encoded = MakeCodec(v1::API_GEMINI, {.model = "gemini-3-flash"})->Encode(request);
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return Json(encoded->body).at("contents").at(1).at("parts");
}

TEST(GeminiContentTest, WhatAnAnswerSaidIsSentBackUnchanged) {
  for (
      const char* parts : {
          R"([{"text":"x","thoughtSignature":"S"}])",
          R"([{"text":"x"},{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"S"}])",
          R"([{"functionCall":{"id":"1","name":"f","args":{}},"thoughtSignature":"S"},{"functionCall":{"id":"2","name":"f","args":{}}}])",
          R"([{"text":"x"},{"text":"","thoughtSignature":"S"}])",
          R"([{"text":"x"},{"text":"y","thoughtSignature":"S"}])",
          R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"},"thoughtSignature":"S"}])",
          R"([{"text":"","thoughtSignature":"R"},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"S"}])",
          R"([{"functionCall":{"name":"f","args":{"a":[1]}},"thoughtSignature":"S"},{"text":"x"}])",
          R"([{"text":"hm","thought":true,"thoughtSignature":"T"},{"text":"x"}])",
          R"([{"text":"x"},{"inlineData":{"mimeType":"image/png","data":"AAAA"},"thoughtSignature":"S"}])",
          R"([{"executableCode":{"code":"1"}},{"codeExecutionResult":{"output":"1"}},{"text":"x"}])",
          R"([{"text":"x","partMetadata":{"a":1}}])",
      }) {
    EXPECT_EQ(SentBack(parts), Json(parts)) << parts;
  }
}

TEST(GeminiContentTest, UnsignedThoughtsAreNotSentBack) {
  EXPECT_EQ(SentBack(R"([{"text":"hm","thought":true},{"text":"x","thoughtSignature":"S"}])"),
            Json(R"([{"text":"x","thoughtSignature":"S"}])"));
  EXPECT_EQ(SentBack(R"([{"text":"hm","thought":true},{"inlineData":{"data":"A"}},{"text":"x"}])"),
            Json(R"([{"inlineData":{"data":"A"}},{"text":"x"}])"));
}

TEST(GeminiContentTest, TextThatOnlyCarriesASignatureIsNoContent) {
  const v1::Message message =
      Choice(R"([{"text":"","thoughtSignature":"S"},{"functionCall":{"name":"f"}}])").message();
  EXPECT_FALSE(message.has_content());
  EXPECT_TRUE(Choice(R"([{"text":""}])").message().has_content());
}

}  // namespace
}  // namespace spillway::providers
