// Calls of tools and their results in a conversation with Gemini, whoever made the calls.
#include <gtest/gtest.h>

#include <string>

#include "tests/providers/gemini_encoding.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

constexpr char kDummy[] = "skip_thought_signature_validator";

std::string Saying(const std::string& messages) { return R"({"messages":[)" + messages + "]}"; }

json::value ContentsFor(const std::string& messages, TargetSpec spec = {.model = "gemini-2.5-flash"}) {
  return BodyFor(Saying(messages), std::move(spec)).at("contents");
}

// A call as OpenAI's models make it, and its result.
constexpr char kForeign[] = R"({"role":"user","content":"weather?"},
    {"role":"assistant","content":null,"tool_calls":[
      {"id":"call_1","type":"function","function":{"name":"get","arguments":"{\"city\":\"Rome\"}"}},
      {"id":"call_2","type":"function","function":{"name":"put","arguments":""}}]},
    {"role":"tool","tool_call_id":"call_2","content":"{\"ok\":true}"},
    {"role":"tool","tool_call_id":"call_1","content":"sunny"})";

TEST(GeminiToolLoopTest, AConversationWithToolsOfAnotherProviderGoesOn) {
  EXPECT_EQ(ContentsFor(kForeign), Json(R"([{"role":"user","parts":[{"text":"weather?"}]},
      {"role":"model","parts":[{"functionCall":{"name":"get","args":{"city":"Rome"}}},
                               {"functionCall":{"name":"put","args":{}}}]},
      {"role":"user","parts":[{"functionResponse":{"name":"put","response":{"ok":true}}},
                              {"functionResponse":{"name":"get","response":{"result":"sunny"}}}]}])"));
}

TEST(GeminiToolLoopTest, Gemini3GetsTheDocumentedSignatureForCallsThatAreNotGoogles) {
  for (const char* model :
       {"gemini-3-flash-preview", "publishers/google/models/gemini-3.1-pro", "gemini-pro-latest"}) {
    const json::value parts = ContentsFor(kForeign, {.model = model}).at(1).at("parts");
    EXPECT_EQ(parts.at(0).at("thoughtSignature"), kDummy) << model;
    EXPECT_FALSE(parts.at(1).as_object().contains("thoughtSignature")) << model;
  }
}

TEST(GeminiToolLoopTest, EveryTurnWithUnsignedCallsIsSignedOnce) {
  const std::string messages = std::string(kForeign) + R"(,
      {"role":"assistant","tool_calls":[{"id":"call_1","function":{"name":"next","arguments":"{}"}}]},
      {"role":"assistant","tool_calls":[{"id":"call_4","function":{"name":"last","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"call_4","content":"1"},{"role":"tool","tool_call_id":"call_1","content":"2"},
      {"role":"user","content":"thanks"})";
  const json::value contents = ContentsFor(messages, {.model = "gemini-3-flash"});
  ASSERT_EQ(contents.as_array().size(), 6u);
  EXPECT_EQ(contents.at(1).at("parts").at(0).at("thoughtSignature"), kDummy);
  EXPECT_EQ(contents.at(3).at("parts").at(0).at("thoughtSignature"), kDummy);
  EXPECT_FALSE(contents.at(3).at("parts").at(1).as_object().contains("thoughtSignature"));
  // An id that is used again names its latest call.
  EXPECT_EQ(contents.at(4).at("parts").at(1).at("functionResponse").at("name"), "next");
  EXPECT_EQ(contents.at(5), Json(R"({"role":"user","parts":[{"text":"thanks"}]})"));
}

TEST(GeminiToolLoopTest, SignaturesGoBackOnTheirPart) {
  const std::string messages = R"({"role":"user","content":"a"},
      {"role":"assistant","content":"b","gemini":{"thought_signature":"TEXT"},"tool_calls":[
        {"id":"1","function":{"name":"f","arguments":"{}"},"gemini":{"thought_signature":"CALL"}},
        {"id":"2","function":{"name":"f","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"1","content":"x"},{"role":"tool","tool_call_id":"2","content":"y"})";
  for (const char* model : {"gemini-2.5-pro", "gemini-3-flash"}) {
    EXPECT_EQ(ContentsFor(messages, {.model = model}).at(1).at("parts"),
              Json(R"([{"text":"b","thoughtSignature":"TEXT"},
                       {"functionCall":{"name":"f","args":{}},"thoughtSignature":"CALL"},
                       {"functionCall":{"name":"f","args":{}}}])"));
  }
}

TEST(GeminiToolLoopTest, SignaturesOfTheOpenAiCompatibleEndpointAreGooglesToo) {
  EXPECT_EQ(ContentsFor(R"({"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1",
                "function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}}]},
                {"role":"tool","tool_call_id":"1","content":"x"})",
                        {.model = "gemini-3-flash"})
                .at(1)
                .at("parts")
                .at(0)
                .at("thoughtSignature"),
            "S");
}

constexpr char kOwnId[] = R"({"role":"user","content":"a"},
    {"role":"assistant","tool_calls":[{"id":"g1","function":{"name":"f","arguments":"{}"},"gemini":{"id":"g1"}}]},
    {"role":"tool","tool_call_id":"g1","content":"x"})";

TEST(GeminiToolLoopTest, IdsOfGeminisOwnGoBack) {
  const json::value contents = ContentsFor(kOwnId);
  EXPECT_EQ(contents.at(1).at("parts").at(0).at("functionCall").at("id"), "g1");
  EXPECT_EQ(contents.at(2).at("parts").at(0).at("functionResponse").at("id"), "g1");
}

TEST(GeminiToolLoopTest, VersionsThatKnowNoIdsGetNone) {
  const json::value contents = ContentsFor(kOwnId, {.base_path = kVertexBase, .model = "gemini-3-flash"});
  EXPECT_FALSE(contents.at(1).at("parts").at(0).at("functionCall").as_object().contains("id"));
  EXPECT_FALSE(contents.at(2).at("parts").at(0).at("functionResponse").as_object().contains("id"));
}

TEST(GeminiToolLoopTest, WhatTheUserSaysWithResultsIsAContentOfItsOwn) {
  const json::value contents = ContentsFor(std::string(kForeign) + R"(,{"role":"user","content":"quick!"})");
  ASSERT_EQ(contents.as_array().size(), 4u);
  EXPECT_EQ(contents.at(2).at("parts").as_array().size(), 2u);
  EXPECT_EQ(contents.at(3), Json(R"({"role":"user","parts":[{"text":"quick!"}]})"));
}

TEST(GeminiToolLoopTest, AResultFindsItsFunctionByTheMessagesNameWhereTheCallIsGone) {
  EXPECT_EQ(
      ContentsFor(
          R"({"role":"user","content":"a"},{"role":"tool","tool_call_id":"?","name":"f","content":"x"})")
          .at(0)
          .at("parts")
          .at(0)
          .at("functionResponse")
          .at("name"),
      "f");
  ExpectRefused(Saying(R"({"role":"user","content":"a"},{"role":"tool","tool_call_id":"?","content":"x"})"),
                "messages[1].tool_call_id is of no call before, and Gemini wants the function's name");
}

TEST(GeminiToolLoopTest, AResultIsAnObjectWhateverItsText) {
  const auto response = [](const std::string& content) {
    return ContentsFor(
               R"({"role":"user","content":"a"},{"role":"tool","tool_call_id":"1","name":"f","content":)" +
               content + "}")
        .at(0)
        .at("parts")
        .at(0)
        .at("functionResponse")
        .at("response");
  };
  EXPECT_EQ(response(R"(" {\"a\": [1]}\n")"), Json(R"({"a":[1]})"));
  EXPECT_EQ(response(R"("[1]")"), Json(R"({"result":"[1]"})"));
  EXPECT_EQ(response(R"("{broken")"), Json(R"({"result":"{broken"})"));
  EXPECT_EQ(response(R"("")"), Json(R"({"result":""})"));
  EXPECT_EQ(response(R"([{"type":"text","text":"x"},{"type":"text","text":"y"}])"),
            Json(R"({"result":"xy"})"));
  ExpectRefused(Saying(R"({"role":"tool","tool_call_id":"1","name":"f","content":[{"type":"text","text":"x"},
                          {"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}]})"),
                "messages[0].parts[1] is more than text, which is all that Gemini takes for a result");
}

TEST(GeminiToolLoopTest, AResultMayHaveMembersOfItsOwn) {
  EXPECT_EQ(ContentsFor(
                R"({"role":"tool","tool_call_id":"1","name":"f","content":"x","gemini":{"parts":[{"a":1}]}})")
                .at(0)
                .at("parts"),
            Json(R"([{"functionResponse":{"name":"f","response":{"result":"x"},"parts":[{"a":1}]}}])"));
  ExpectInvalid(Saying(R"({"role":"tool","tool_call_id":"1","name":"f","content":"x","gemini":{"id":"g"}})"),
                "messages[0].extra.gemini.id has a field of its own");
}

TEST(GeminiToolLoopTest, ArgumentsThatAreNoObjectAreStillSayable) {
  EXPECT_EQ(ContentsFor(R"({"role":"user","content":"a"},{"role":"assistant","tool_calls":[
                {"id":"1","function":{"name":"f","arguments":"{\"cut"}}]},{"role":"user","content":"b"})")
                .at(1)
                .at("parts")
                .at(0)
                .at("functionCall")
                .at("args"),
            Json(R"({"arguments":"{\"cut"})"));
}

TEST(GeminiToolLoopTest, CallsThatGeminiCannotRepeatAreRefused) {
  ExpectRefused(Saying(R"({"role":"user","content":"a"},{"role":"assistant","tool_calls":[
                    {"id":"1","type":"custom","custom":{"name":"c","input":"x"}}]})"),
                "messages[1].tool_calls[0] is a custom one, which Gemini does not know");
  ExpectRefused(
      Saying(R"({"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f","arguments":""}}]})"),
      "messages[0] begins the conversation with calls, which Gemini takes only after a user's turn");
  ExpectInvalid(Saying(R"({"role":"user","content":"a"},{"role":"assistant","tool_calls":[
                    {"id":"1","function":{"name":"","arguments":""}}]})"),
                "messages[1].tool_calls[0].function.name is not set");
}

TEST(GeminiToolLoopTest, TheSameRequestMakesTheSameBytes) {
  const std::string request =
      Saying(kForeign).substr(0, Saying(kForeign).size() - 1) +
      R"(,"gemini":{"z":1,"a":{"y":2,"b":3}},"tools":[{"function":{"name":"f","parameters":{"z":1,"a":2}}}]})";
  EXPECT_EQ(GeminiRequestFor(request).body, GeminiRequestFor(request).body);
  EXPECT_NE(GeminiRequestFor(request).body.find(R"("a":{"b":3,"y":2},"z":1)"), std::string::npos);
}

}  // namespace
}  // namespace spillway::providers
