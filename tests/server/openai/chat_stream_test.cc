// Calls by the door whose answer is streamed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/server/openai/door_stage.h"

namespace spillway::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ChatStreamTest : public DoorStage {
 protected:
  // What a client that reads `body` makes of it: "role", a text, "finish stop", "usage 8", "error CODE",
  // "done". Checks what all chunks have in common.
  static std::vector<std::string> Heard(const std::string& body) {
    std::vector<std::string> heard;
    std::set<std::string> identities;
    for (const std::string& event : EventsIn(body)) {
      if (event == "[DONE]") {
        heard.emplace_back("done");
        continue;
      }
      const boost::json::object chunk = boost::json::parse(event).as_object();
      if (const auto* error = chunk.if_contains("error")) {
        heard.push_back("error " + std::string(error->at("code").as_string()));
        continue;
      }
      EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
      identities.insert(boost::json::serialize(chunk.at("id")) + boost::json::serialize(chunk.at("created")) +
                        boost::json::serialize(chunk.at("model")));
      heard.push_back(Told(chunk));
    }
    EXPECT_LE(identities.size(), 1U) << body;
    return heard;
  }

  static std::string Told(const boost::json::object& chunk) {
    const auto& choices = chunk.at("choices").as_array();
    if (choices.empty()) {
      return "usage " + boost::json::serialize(chunk.at("usage").at("total_tokens"));
    }
    if (!choices[0].at("finish_reason").is_null()) {
      EXPECT_TRUE(choices[0].at("delta").as_object().empty());
      return "finish " + std::string(choices[0].at("finish_reason").as_string());
    }
    const boost::json::object& delta = choices[0].at("delta").as_object();
    const auto* content = delta.if_contains("content");
    return content != nullptr && content->is_string() ? std::string(content->as_string()) : "role";
  }
};

TEST_F(ChatStreamTest, TheHeadComesWithTheFirstToken) {
  const Asked asked = PostStream("", {{"x-request-id", "r-7"}});
  client_.Head();
  client_.Body("role ");
  EXPECT_EQ(asked->state, State::kAsked) << "a role is no token";
  client_.Body("hello ");
  ASSERT_EQ(asked->state, State::kBegun);
  EXPECT_EQ(asked->status, 200);
  EXPECT_EQ(asked->Header("content-type"), "text/event-stream");
  EXPECT_EQ(asked->Header("cache-control"), "no-cache");
  EXPECT_EQ(asked->Header("x-accel-buffering"), "no");
  EXPECT_EQ(asked->Header("x-request-id"), "r-7");
  EXPECT_EQ(asked->Header("x-spillway-endpoint"), "a");
  EXPECT_EQ(asked->Header("x-spillway-attempts"), "1");
  EXPECT_THAT(Heard(asked->body), ElementsAre("role", "hello "));
  EXPECT_EQ(asked->writes, 1) << "what came together goes together";
  client_.Body("world stop usage done ");
  EXPECT_EQ(asked->state, State::kEnded);
  EXPECT_THAT(Heard(asked->body), ElementsAre("role", "hello ", "world ", "finish stop", "done"));
  EXPECT_EQ(Counted("chat_completions", 200), 1);
  EXPECT_EQ(asked.use_count(), 2) << "the call holds it no longer";
}

TEST_F(ChatStreamTest, EachChunkSaysWhoseItIs) {
  const Asked asked = PostStream("", {{"x-request-id", "r-8"}});
  Answer("hello stop done ");
  const boost::json::value chunk = boost::json::parse(EventsIn(asked->body).at(0));
  EXPECT_EQ(chunk.at("id"), "chatcmpl-r-8") << "the provider gave none";
  EXPECT_EQ(chunk.at("model"), "m");
  EXPECT_GT(chunk.at("created").as_int64(), 1'700'000'000);
  EXPECT_FALSE(chunk.as_object().contains("usage")) << "nobody asked for it";
}

TEST_F(ChatStreamTest, UsageComesLastForWhoeverAskedForIt) {
  const Asked asked = PostStream(R"(,"stream_options":{"include_usage":true,"include_obfuscation":false})");
  Answer("hello stop usage done ");
  EXPECT_EQ(asked->state, State::kEnded);
  EXPECT_THAT(Heard(asked->body), ElementsAre("hello ", "finish stop", "usage 0", "done"));
  const std::vector<std::string> events = EventsIn(asked->body);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(boost::json::parse(events[i]).at("usage").is_null());
  EXPECT_EQ(boost::json::parse(events[2]).at("usage").at("completion_tokens"), 5);
}

TEST_F(ChatStreamTest, TheLogKnowsWhatItCostWhetherTheClientAskedOrNot) {
  PostStream();
  Answer("hello stop usage done ");
  PostStream(R"(,"stream_options":{"include_usage":true})");
  Answer("hello stop usage done ");
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(2));
  for (const auto& line : lines) {
    EXPECT_EQ(line.at("prompt_tokens"), 3);
    EXPECT_EQ(line.at("completion_tokens"), 5);
    EXPECT_TRUE(line.contains("first_token_ms"));
  }
}

TEST_F(ChatStreamTest, TheNextTargetAnswersForOneThatFailsBeforeAToken) {
  const Asked asked = PostStream();
  Answer("role overloaded ");
  EXPECT_EQ(asked->state, State::kAsked);
  Answer("hello stop done ");
  EXPECT_EQ(asked->state, State::kEnded);
  EXPECT_EQ(asked->Header("x-spillway-endpoint"), "b");
  EXPECT_EQ(asked->Header("x-spillway-attempts"), "2");
  EXPECT_THAT(Heard(asked->body), ElementsAre("hello ", "finish stop", "done"));
}

TEST_F(ChatStreamTest, WhatFailsBeforeAnyTokenIsAnOrdinaryError) {
  const Asked asked = PostStream();
  for (int i = 0; i < 3; ++i) Answer("role overloaded ");
  ASSERT_EQ(asked->state, State::kAnswered);
  EXPECT_EQ(asked->status, 503);
  EXPECT_EQ(asked->Header("content-type"), "application/json");
  EXPECT_EQ(asked->Error("code"), "all_targets_failed");
  EXPECT_EQ(Counted("chat_completions", 503), 1);
}

TEST_F(ChatStreamTest, WhatBreaksAfterATokenEndsWithAnErrorAndIsNeverDone) {
  const Asked asked = PostStream();
  Answer("hello ");
  client_.Break();
  EXPECT_EQ(asked->state, State::kBrokenOff);
  EXPECT_EQ(asked->status, 200);
  EXPECT_THAT(Heard(asked->body), ElementsAre("hello ", "error stream_broken"));
  EXPECT_THAT(client_.exchanges, SizeIs(1)) << "nobody else is asked";
  EXPECT_EQ(asked.use_count(), 2) << "the call holds it no longer";
  EXPECT_EQ(Counted("chat_completions", 200), 1);
  EXPECT_EQ(Counted("chat_completions", 503), 0) << "the client has had its status";
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].at("code"), "UNAVAILABLE");
}

TEST_F(ChatStreamTest, WhatEndsWithoutItsEndIsNeverDoneEither) {
  for (const char* rest : {"", "role ", "overloaded "}) {
    const Asked asked = PostStream();
    Answer("hello ");
    client_.Body(rest);
    if (client_.open()) client_.End();
    EXPECT_EQ(asked->state, State::kBrokenOff) << rest;
    EXPECT_THAT(Heard(asked->body), Not(Contains("done"))) << rest;
    EXPECT_THAT(asked->body, HasSubstr(R"("code":"stream_broken")")) << rest;
  }
}

TEST_F(ChatStreamTest, ADeadlineAmidTheAnswerIsToldInIt) {
  const Asked asked = PostStream("", {{"x-spillway-timeout-ms", "1000"}});
  Answer("hello ");
  EXPECT_TRUE(client_.Expire(asked->received() + std::chrono::milliseconds(1000)));
  EXPECT_EQ(asked->state, State::kBrokenOff);
  EXPECT_THAT(Heard(asked->body), ElementsAre("hello ", "error deadline_exceeded"));
}

TEST_F(ChatStreamTest, WhoeverLeavesBeforeATokenCancelsTheCall) {
  const Asked asked = PostStream();
  client_.Head();
  client_.Body("role ");
  asked->Leave();
  EXPECT_TRUE(client_.last().cancelled);
  EXPECT_EQ(Counted("chat_completions", 499), 1);
  EXPECT_EQ(asked.use_count(), 2);
  EXPECT_EQ(StateOf(0), router::TargetState::kAvailable);
}

TEST_F(ChatStreamTest, WhoeverLeavesAmidTheAnswerCancelsTheCallAndIsCountedOnce) {
  const Asked asked = PostStream();
  Answer("hello ");
  asked->Leave();
  EXPECT_TRUE(client_.last().cancelled);
  EXPECT_EQ(Counted("chat_completions", 200), 1);
  EXPECT_EQ(Counted("chat_completions", 499), 0);
  EXPECT_EQ(asked.use_count(), 2);
  EXPECT_EQ(Sample("spillway_calls_in_flight"), 0);
  EXPECT_EQ(StateOf(0), router::TargetState::kAvailable);
}

TEST_F(ChatStreamTest, WhoeverDoesNotReadHoldsTheProviderBack) {
  const Asked asked = PostStream();
  asked->takes_more = false;
  Answer("hello ");
  EXPECT_TRUE(client_.last().paused);
  client_.Body("dear ");
  EXPECT_THAT(Heard(asked->body), ElementsAre("hello ", "dear ")) << "what was read already comes";
  asked->Read();
  EXPECT_FALSE(client_.last().paused);
  client_.Body("world stop done ");
  EXPECT_EQ(asked->state, State::kEnded);
  EXPECT_THAT(Heard(asked->body), ElementsAre("hello ", "dear ", "world ", "finish stop", "done"));
}

TEST_F(ChatStreamTest, WhoeverLeavesWithoutReadingIsCancelledToo) {
  const Asked asked = PostStream();
  asked->takes_more = false;
  Answer("hello ");
  asked->Leave();
  EXPECT_TRUE(client_.last().cancelled);
}

TEST_F(ChatStreamTest, RoomThatNobodyWaitedForChangesNothing) {
  const Asked asked = PostStream();
  asked->Read();
  Answer("hello ");
  asked->Read();
  EXPECT_FALSE(client_.last().paused);
  client_.Body("stop done ");
  EXPECT_EQ(asked->state, State::kEnded);
}

}  // namespace
}  // namespace spillway::server
