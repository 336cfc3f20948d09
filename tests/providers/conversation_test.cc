// What brings a conversation into the form of APIs that know two speakers: turns, ids, arguments, and what is
// kept of thinking.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "providers/legacy_functions.h"
#include "providers/thinking_blocks.h"
#include "providers/tool_arguments.h"
#include "providers/tool_call_ids.h"
#include "providers/turns.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using ::testing::IsEmpty;

// "user 0 2, assistant 1": each turn with the places of its messages.
std::string Turns(const std::string& request) {
  const auto parsed = Proto<v1::ChatRequest>(request);
  const Conversation conversation = InTurns(parsed.messages());
  std::string out;
  const auto add = [&out](const std::string& who, const auto& messages) {
    out += (out.empty() ? "" : ", ") + who;
    for (const PlacedMessage& placed : messages) out += " " + std::to_string(placed.index);
  };
  if (!conversation.system.empty()) add("system", conversation.system);
  for (const Turn& turn : conversation.turns) add(turn.assistant ? "assistant" : "user", turn.messages);
  return out;
}

std::string Said(const std::string& role, const std::string& more = "content: 'x'") {
  return "messages { role: ROLE_" + role + " " + more + " } ";
}

TEST(TurnsTest, SystemTextIsTakenOutWhereverItStands) {
  EXPECT_EQ(Turns(Said("SYSTEM") + Said("USER") + Said("DEVELOPER") + Said("ASSISTANT") + Said("SYSTEM")),
            "system 0 2 4, user 1, assistant 3");
}

TEST(TurnsTest, WhoSpeaksOnIsOneTurn) {
  EXPECT_EQ(Turns(Said("USER") + Said("USER") + Said("ASSISTANT") + Said("ASSISTANT") + Said("USER")),
            "user 0 1, assistant 2 3, user 4");
}

TEST(TurnsTest, ResultsComeFirstInTheirTurnAndInTheirOrder) {
  const std::string call = "tool_calls { id: 'a' function { name: 'f' } }";
  EXPECT_EQ(Turns(Said("USER") + Said("ASSISTANT", call) + Said("USER") + Said("TOOL", "tool_call_id: 'a'") +
                  Said("USER") + Said("TOOL", "tool_call_id: 'b'")),
            "user 0, assistant 1, user 3 5 2 4");
}

TEST(TurnsTest, WhatSaysNothingIsNoTurn) {
  EXPECT_EQ(Turns(Said("USER", "content: ' \\n'") + Said("USER", "parts { text: '' } parts { refusal: '' }") +
                  Said("ASSISTANT", "") + Said("SYSTEM", "content: ''")),
            "");
  EXPECT_EQ(Turns(Said("USER", "parts { image_url { url: 'u' } }") + Said("ASSISTANT", "refusal: 'no'")),
            "user 0, assistant 1");
}

TEST(TurnsTest, AnEmptyResultIsAResult) {
  EXPECT_EQ(Turns(Said("TOOL", "tool_call_id: 'a' content: ''")), "user 0");
}

TEST(TurnsTest, TextIsContentOrTheTextsOfTheParts) {
  EXPECT_EQ(TextOf(Proto<v1::Message>("content: 'abc'")), "abc");
  EXPECT_EQ(TextOf(Proto<v1::Message>("parts { text: 'a' } parts { image_url {} } parts { refusal: 'b' }")),
            "ab");
}

TEST(ToolCallIdsTest, AnIdThatFitsStays) {
  ToolCallIds ids({.max_length = 64});
  EXPECT_EQ(ids.ForCall("call_abc-1"), "call_abc-1");
  EXPECT_EQ(ids.ForResult("call_abc-1"), "call_abc-1");
}

TEST(ToolCallIdsTest, AnIdThatDoesNotFitIsReplacedInCallAndResultAlike) {
  ToolCallIds ids({.min_length = 9, .max_length = 9, .punctuation = ""});
  const std::string sent = ids.ForCall("call_abc.1");
  EXPECT_EQ(sent.size(), 9u);
  EXPECT_EQ(sent.find_first_of("_-."), std::string::npos);
  EXPECT_EQ(ids.ForResult("call_abc.1"), sent);
}

TEST(ToolCallIdsTest, TheSameConversationMakesTheSameIds) {
  const auto sent = [](const std::string& id) { return ToolCallIds({9, 9, ""}).ForCall(id); };
  EXPECT_EQ(sent("call_abc"), sent("call_abc"));
  EXPECT_NE(sent("call_abc"), sent("call_abd"));
  // In every build: caches of prompts depend on it.
  EXPECT_EQ(sent("call_abc"), "S3F04PA8u");
}

TEST(ToolCallIdsTest, AnIdUsedAgainGetsOneOfItsOwnAndResultsFindTheLatest) {
  ToolCallIds ids({.max_length = 64});
  EXPECT_EQ(ids.ForCall("call_0"), "call_0");
  EXPECT_EQ(ids.ForResult("call_0"), "call_0");
  const std::string second = ids.ForCall("call_0");
  EXPECT_NE(second, "call_0");
  EXPECT_EQ(ids.ForResult("call_0"), second);
  const std::string third = ids.ForCall("call_0");
  EXPECT_NE(third, second);
  EXPECT_NE(third, "call_0");
}

TEST(ToolCallIdsTest, CallsWithoutIdsGetSome) {
  ToolCallIds ids({.max_length = 64});
  const std::string first = ids.ForCall("");
  const std::string second = ids.ForCall("");
  EXPECT_FALSE(first.empty());
  EXPECT_NE(first, second);
}

TEST(ToolCallIdsTest, AResultWithoutACallIsInTheApisFormAllTheSame) {
  ToolCallIds ids({9, 9, ""});
  EXPECT_EQ(ids.ForResult("abcdefghi"), "abcdefghi");
  EXPECT_EQ(ids.ForResult("nobody_called").size(), 9u);
}

std::string Arguments(const std::string& text) {
  std::string out;
  JsonWriter json(out);
  WriteArguments(text, json);
  return out;
}

TEST(ToolArgumentsTest, AnObjectIsSentAsItIsWritten) {
  EXPECT_EQ(Arguments(R"({"b": 1.0, "a": [null]})"), R"({"b": 1.0, "a": [null]})");
  EXPECT_EQ(Arguments(" {} \n"), "{}");
}

TEST(ToolArgumentsTest, NothingIsAnEmptyObject) {
  EXPECT_EQ(Arguments(""), "{}");
  EXPECT_EQ(Arguments(" \n"), "{}");
}

TEST(ToolArgumentsTest, WhatIsNoObjectIsKeptAsText) {
  EXPECT_EQ(Arguments(R"({"a": "cut)"), R"({"arguments":"{\"a\": \"cut"})");
  EXPECT_EQ(Arguments("[1]"), R"({"arguments":"[1]"})");
  EXPECT_EQ(Arguments("7"), R"({"arguments":"7"})");
}

TEST(ToolArgumentsTest, AValueBecomesItsText) {
  EXPECT_EQ(ArgumentsText(nullptr), "{}");
  const boost::json::value null;
  EXPECT_EQ(ArgumentsText(&null), "{}");
  const boost::json::value object = {{"a", 1}};
  EXPECT_EQ(ArgumentsText(&object), R"({"a":1})");
  const boost::json::value text = "{\"a\":1}";
  EXPECT_EQ(ArgumentsText(&text), R"({"a":1})");
}

TEST(LegacyFunctionsTest, ARequestWithoutThemIsLeftAlone) {
  EXPECT_FALSE(WithoutLegacyFunctions(Proto<v1::ChatRequest>(Said("USER") + Said("ASSISTANT"))));
}

TEST(LegacyFunctionsTest, CallsAndResultsBecomeTools) {
  const auto request = Proto<v1::ChatRequest>(
      Said("ASSISTANT", "function_call { name: 'f' arguments: '{}' }") +
      Said("FUNCTION", "name: 'f' content: '1'") +
      Said("ASSISTANT", "function_call { name: 'f' arguments: '2' }") +
      Said("FUNCTION", "name: 'f' content: '3'") + Said("FUNCTION", "name: 'g' content: '4'"));
  const auto updated = WithoutLegacyFunctions(request);
  ASSERT_TRUE(updated);
  const auto& messages = updated->messages();
  EXPECT_FALSE(messages[0].has_function_call());
  ASSERT_EQ(messages[0].tool_calls_size(), 1);
  EXPECT_EQ(messages[0].tool_calls(0).function().name(), "f");
  EXPECT_EQ(messages[1].role(), v1::ROLE_TOOL);
  EXPECT_EQ(messages[1].tool_call_id(), messages[0].tool_calls(0).id());
  EXPECT_EQ(messages[3].tool_call_id(), messages[2].tool_calls(0).id());
  EXPECT_NE(messages[0].tool_calls(0).id(), messages[2].tool_calls(0).id());
  EXPECT_FALSE(messages[4].tool_call_id().empty()) << "a result of nothing is for the provider to refuse";
}

TEST(ThinkingBlocksTest, WhatWasAddedIsFoundAgainInItsOrder) {
  v1::Message message;
  AddThinkingBlock({.text = "hm", .signature = "s1"}, message);
  AddThinkingBlock({.redacted = "xyz"}, message);
  const auto blocks = ThinkingBlocksOf(message);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].text, "hm");
  EXPECT_EQ(blocks[0].signature, "s1");
  EXPECT_EQ(blocks[1].redacted, "xyz");
}

TEST(ThinkingBlocksTest, WhatNobodyCouldCheckIsLeftOut) {
  v1::Message message;
  EXPECT_THAT(ThinkingBlocksOf(message), IsEmpty());
  AddThinkingBlock({.text = "unsigned"}, message);
  EXPECT_THAT(ThinkingBlocksOf(message), IsEmpty());
  // As a caller may have garbled it.
  (*message.mutable_extra()->mutable_fields())["anthropic"].set_string_value("x");
  EXPECT_THAT(ThinkingBlocksOf(message), IsEmpty());
}

}  // namespace
}  // namespace spillway::providers
