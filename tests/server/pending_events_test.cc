#include "server/grpc/pending_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace spillway::server {
namespace {

v1::ChatEvent Event(const std::string& text) {
  v1::ChatEvent event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
  return event;
}

v1::ChatEvent Delta(const std::string& text) { return Event("delta {" + text + "}"); }

// What is left waiting after those were pushed.
std::vector<v1::ChatEvent> Waiting(const std::vector<std::string>& events) {
  PendingEvents pending;
  for (const std::string& event : events) pending.Push(Event(event));
  std::vector<v1::ChatEvent> waiting;
  while (!pending.empty()) waiting.push_back(pending.Pop());
  EXPECT_EQ(pending.bytes(), 0u);
  return waiting;
}

// Expects that the deltas `pieces` become the deltas `expected`.
void ExpectDeltas(std::vector<std::string> pieces, const std::vector<std::string>& expected) {
  for (std::string& piece : pieces) piece = "delta {" + piece + "}";
  const std::vector<v1::ChatEvent> waiting = Waiting(pieces);
  ASSERT_EQ(waiting.size(), expected.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(waiting[i], Delta(expected[i])))
        << waiting[i].DebugString() << "is not\n"
        << expected[i];
  }
}

TEST(PendingEventsTest, TextsOfOneKindAreConcatenated) {
  ExpectDeltas({"content: 'a'", "content: 'b'", "content: 'c'"}, {"content: 'abc'"});
  ExpectDeltas({"refusal: 'a'", "refusal: 'b'"}, {"refusal: 'ab'"});
  ExpectDeltas({"reasoning_content: 'a'", "reasoning_content: 'b'"}, {"reasoning_content: 'ab'"});
}

TEST(PendingEventsTest, ARoleGoesWithWhatFollows) {
  ExpectDeltas({"role: ROLE_ASSISTANT", "content: 'a'"}, {"role: ROLE_ASSISTANT content: 'a'"});
  ExpectDeltas({"content: 'a'", "role: ROLE_ASSISTANT content: 'b'"},
               {"content: 'a'", "role: ROLE_ASSISTANT content: 'b'"});
}

TEST(PendingEventsTest, AnEmptyTextIsStillAText) {
  ExpectDeltas({"role: ROLE_ASSISTANT", "content: ''"}, {"role: ROLE_ASSISTANT content: ''"});
}

TEST(PendingEventsTest, WhatCameFirstStaysFirst) {
  ExpectDeltas({"reasoning_content: 'a'", "content: 'b'", "content: 'c'", "reasoning_content: 'd'"},
               {"reasoning_content: 'a'", "content: 'bc'", "reasoning_content: 'd'"});
  ExpectDeltas({"content: 'a' refusal: 'b'", "content: 'c'"}, {"content: 'a' refusal: 'b'", "content: 'c'"});
  ExpectDeltas({"content: 'a'", "tool_calls {index: 0 id: 'x' function {name: 'f'}}"},
               {"content: 'a'", "tool_calls {index: 0 id: 'x' function {name: 'f'}}"});
}

TEST(PendingEventsTest, PiecesOfAToolCallBecomeOne) {
  ExpectDeltas(
      {"tool_calls {index: 0 id: 'x' type: 'function' function {name: 'f'}}",
       "tool_calls {index: 0 function {arguments: '{\"a'}}",
       "tool_calls {index: 0 function {arguments: '\":1}'}}"},
      {"tool_calls {index: 0 id: 'x' type: 'function' function {name: 'f' arguments: '{\"a\":1}'}}"});
  ExpectDeltas(
      {"tool_calls {index: 2 custom {name: 'f' input: 'a'}}", "tool_calls {index: 2 custom {input: 'b'}}"},
      {"tool_calls {index: 2 custom {name: 'f' input: 'ab'}}"});
}

TEST(PendingEventsTest, PiecesOfTwoToolCallsStayTheirOwn) {
  ExpectDeltas(
      {"tool_calls {index: 0 id: 'x' function {name: 'f' arguments: 'a'}}",
       "tool_calls {index: 1 id: 'y' function {name: 'g' arguments: 'b'}}",
       "tool_calls {index: 0 function {arguments: 'c'}}", "tool_calls {index: 0 function {arguments: 'd'}}"},
      {"tool_calls {index: 0 id: 'x' function {name: 'f' arguments: 'a'}}"
       "tool_calls {index: 1 id: 'y' function {name: 'g' arguments: 'b'}}"
       "tool_calls {index: 0 function {arguments: 'cd'}}"});
}

TEST(PendingEventsTest, ALegacyFunctionCallGoesOn) {
  ExpectDeltas(
      {"function_call {name: 'f'}", "function_call {arguments: 'a'}", "function_call {arguments: 'b'}"},
      {"function_call {name: 'f' arguments: 'ab'}"});
  ExpectDeltas({"function_call {name: 'f'}", "function_call {name: 'g'}"},
               {"function_call {name: 'f'}", "function_call {name: 'g'}"});
}

TEST(PendingEventsTest, ListsAreAppended) {
  ExpectDeltas(
      {"content: 'a' logprobs {content {token: 'a' logprob: -1}}",
       "content: 'b' logprobs {content {token: 'b' logprob: -2}}"},
      {"content: 'ab' logprobs {content {token: 'a' logprob: -1} content {token: 'b' logprob: -2}}"});
  ExpectDeltas({"annotations {fields {key: 'a' value {bool_value: true}}}",
                "annotations {fields {key: 'b' value {bool_value: true}}}"},
               {"annotations {fields {key: 'a' value {bool_value: true}}}"
                "annotations {fields {key: 'b' value {bool_value: true}}}"});
}

TEST(PendingEventsTest, WhatHasRulesOfItsOwnStaysApart) {
  const std::string audio = "audio {fields {key: 'data' value {string_value: 'AAAA'}}}";
  const std::string extra = "content: 'a' extra {fields {key: 'x' value {bool_value: true}}}";
  ExpectDeltas({audio, audio}, {audio, audio});
  ExpectDeltas({extra, "content: 'b'"}, {extra, "content: 'b'"});
  ExpectDeltas({"content: 'b'", extra}, {"content: 'b'", extra});
  const std::string piece =
      "tool_calls {index: 0 function {arguments: 'b'} extra {fields {key: 'x' value {}}}}";
  ExpectDeltas({"tool_calls {index: 0 id: 'x' function {name: 'f'}}", piece},
               {"tool_calls {index: 0 id: 'x' function {name: 'f'}}" + piece});
}

TEST(PendingEventsTest, EachChoiceHasItsOwnPieces) {
  ExpectDeltas({"choice_index: 0 content: 'a'", "choice_index: 1 content: 'x'",
                "choice_index: 0 content: 'b'", "choice_index: 1 content: 'y'"},
               {"choice_index: 0 content: 'ab'", "choice_index: 1 content: 'xy'"});
}

TEST(PendingEventsTest, NothingIsJoinedAcrossAResetOrAnEnd) {
  for (const std::string between : {"reset {failure: FAILURE_STALLED}", "usage {prompt_tokens: 1}",
                                    "finish {choice_index: 1 finish_reason: 'stop'}"}) {
    const auto waiting =
        Waiting({"delta {content: 'a'}", between, "delta {content: 'b'}", "delta {content: 'c'}"});
    ASSERT_EQ(waiting.size(), 3u) << between;
    EXPECT_EQ(waiting[0].delta().content(), "a");
    EXPECT_EQ(waiting[2].delta().content(), "bc");
  }
}

TEST(PendingEventsTest, ItsWeightIsThatOfItsEvents) {
  PendingEvents pending;
  EXPECT_EQ(pending.bytes(), 0u);
  pending.Push(Delta("content: '" + std::string(1000, 'x') + "'"));
  EXPECT_GE(pending.bytes(), 1000u + PendingEvents::kEventBytes);
  const std::size_t one = pending.bytes();
  pending.Push(Delta("content: '" + std::string(1000, 'y') + "'"));
  EXPECT_GE(pending.bytes(), one + 1000);
  pending.Push(Event("usage {prompt_tokens: 1}"));
  EXPECT_EQ(pending.size(), 2u);
  pending.Pop();
  EXPECT_GT(pending.bytes(), 0u);
  pending.Pop();
  EXPECT_EQ(pending.bytes(), 0u);
}

}  // namespace
}  // namespace spillway::server
