// Calls by the door whose answer comes whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/openai/door_stage.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kAnswer[] =
    R"({"id":"chatcmpl-7","object":"chat.completion","created":1700000000,"model":"m-2024","odd":{"a":[1]},)"
    R"("choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null,"odder":true},)"
    R"("finish_reason":"stop","oddest":"x"}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8,"cost":0.25}})";

class ChatCompletionTest : public DoorStage {
 protected:
  ChatCompletionTest() { SpeakOpenAi(); }
};

TEST_F(ChatCompletionTest, AWholeAnswerComesWithAllItsHeaders) {
  const Asked asked = PostHello("", {{"x-request-id", "r-7"}});
  EXPECT_EQ(asked->state, State::kAsked);
  AnswerWhole(200, kAnswer);
  ASSERT_EQ(asked->state, State::kAnswered);
  EXPECT_EQ(asked->status, 200);
  EXPECT_EQ(asked->Header("content-type"), "application/json");
  EXPECT_EQ(asked->Header("x-request-id"), "r-7");
  EXPECT_EQ(asked->Header("x-spillway-provider"), "words");
  EXPECT_EQ(asked->Header("x-spillway-endpoint"), "a");
  EXPECT_EQ(asked->Header("x-spillway-model"), "m");
  EXPECT_EQ(asked->Header("x-spillway-policy"), "chat");
  EXPECT_EQ(asked->Header("x-spillway-attempts"), "1");
  EXPECT_THAT(asked->Header("x-spillway-upstream-latency-ms"), MatchesRegex("[0-9.]+"));
  EXPECT_THAT(asked->Header("x-spillway-router-latency-ms"), MatchesRegex("[0-9.]+"));
  const boost::json::value body = asked->Json();
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_EQ(body.at("id"), "chatcmpl-7");
  EXPECT_EQ(body.at("created"), 1'700'000'000);
  EXPECT_EQ(body.at("model"), "m-2024");
  const boost::json::value& choice = body.at("choices").at(0);
  EXPECT_EQ(choice.at("message").at("content"), "Hi");
  EXPECT_EQ(choice.at("finish_reason"), "stop");
  EXPECT_EQ(body.at("usage").at("total_tokens"), 8);
  EXPECT_EQ(Counted("chat_completions", 200), 1);
  EXPECT_EQ(asked.use_count(), 2) << "the call holds it no longer";
}

TEST_F(ChatCompletionTest, WhatNobodyKnowsGoesThroughBothWays) {
  const Asked asked = PostHello(R"(,"top_k":40,"odd":{"deep":[1,{"x":null}]})");
  const boost::json::value sent = boost::json::parse(client_.last().request.body);
  EXPECT_EQ(sent.at("top_k"), 40);
  EXPECT_EQ(boost::json::serialize(sent.at("odd")), R"({"deep":[1,{"x":null}]})");
  AnswerWhole(200, kAnswer);
  const boost::json::value body = asked->Json();
  EXPECT_EQ(boost::json::serialize(body.at("odd")), R"({"a":[1]})");
  EXPECT_EQ(body.at("choices").at(0).at("oddest"), "x");
  EXPECT_EQ(body.at("choices").at(0).at("message").at("odder"), true);
  EXPECT_EQ(body.at("usage").at("cost"), 0.25);
}

TEST_F(ChatCompletionTest, WhatTheProviderLeavesOutIsFilledIn) {
  const Asked asked = PostHello("", {{"x-request-id", "r-8"}});
  AnswerWhole(200, R"({"choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]})");
  ASSERT_EQ(asked->status, 200) << asked->body;
  const boost::json::value body = asked->Json();
  EXPECT_EQ(body.at("id"), "chatcmpl-r-8");
  EXPECT_EQ(body.at("model"), "m");
  EXPECT_GT(body.at("created").as_int64(), 1'700'000'000);
}

TEST_F(ChatCompletionTest, TheNextTargetAnswersForOneThatFails) {
  const Asked asked = PostHello();
  AnswerWhole(503, "");
  EXPECT_FALSE(asked->over());
  AnswerWhole(200, kAnswer);
  ASSERT_EQ(asked->status, 200) << asked->body;
  EXPECT_EQ(asked->Header("x-spillway-endpoint"), "b");
  EXPECT_EQ(asked->Header("x-spillway-attempts"), "2");
}

TEST_F(ChatCompletionTest, WhenAllFailTheClientIsToldWhyAndWhenToComeAgain) {
  const Asked asked = PostHello();
  for (int i = 0; i < 3; ++i) AnswerWhole(503, R"({"error":{"message":"no room"}})", {{"retry-after", "7"}});
  ASSERT_EQ(asked->state, State::kAnswered);
  EXPECT_EQ(asked->status, 503);
  EXPECT_EQ(asked->Error("type"), "service_unavailable_error");
  EXPECT_EQ(asked->Error("code"), "all_targets_failed");
  EXPECT_EQ(asked->Error("param"), "null");
  EXPECT_THAT(asked->Error("message"), HasSubstr("no room"));
  EXPECT_EQ(asked->Header("x-spillway-attempts"), "3");
  EXPECT_EQ(asked->Header("x-spillway-provider"), "");
  EXPECT_THAT(asked->Header("retry-after"), MatchesRegex("[0-9]+"));
  EXPECT_THAT(asked->Header("retry-after-ms"), MatchesRegex("[0-9]+"));
  EXPECT_EQ(Counted("chat_completions", 503), 1);
}

TEST_F(ChatCompletionTest, AKeyThatTheProviderRefusesIsNotTheCallers) {
  const Asked asked = PostHello("", {{"authorization", "Bearer mine"}});
  for (int i = 0; i < 3; ++i) {
    AnswerWhole(401, R"({"error":{"message":"Incorrect API key provided: sk-live-0123456789abcdef0123",)"
                     R"("code":"invalid_api_key"}})");
  }
  EXPECT_EQ(asked->status, 503);
  EXPECT_EQ(asked->Header("www-authenticate"), "");
  EXPECT_EQ(asked->body.find("sk-live"), std::string::npos) << asked->body;
  for (const std::string& line : Logged().Lines()) EXPECT_EQ(line.find("sk-live"), std::string::npos) << line;
}

TEST_F(ChatCompletionTest, TheProvidersOwnCodeComesWithItsRefusal) {
  const Asked asked = PostHello();
  AnswerWhole(400, R"({"error":{"message":"too long","code":"context_length_exceeded","param":"messages"}})");
  EXPECT_EQ(asked->status, 400);
  EXPECT_EQ(asked->Error("code"), "context_length_exceeded");
  EXPECT_THAT(asked->Error("message"), HasSubstr("too long"));
  EXPECT_THAT(client_.exchanges, SizeIs(1));
}

TEST_F(ChatCompletionTest, WhoeverLeavesCancelsTheCall) {
  const Asked asked = PostHello();
  asked->Leave();
  EXPECT_TRUE(client_.last().cancelled);
  EXPECT_EQ(asked.use_count(), 2) << "the call holds it no longer";
  EXPECT_EQ(Counted("chat_completions", 499), 1);
  EXPECT_EQ(Sample("spillway_calls_in_flight"), 0);
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].at("code"), "CANCELLED");
}

TEST_F(ChatCompletionTest, TheLogSaysWhatWasAskedAndWhatItCost) {
  PostHello("", {{"x-request-id", "r-9"}});
  AnswerWhole(200, kAnswer);
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].at("method"), "POST /v1/chat/completions");
  EXPECT_EQ(lines[0].at("request_id"), "r-9");
  EXPECT_EQ(lines[0].at("model"), "gpt-4o");
  EXPECT_EQ(lines[0].at("code"), "OK");
  EXPECT_EQ(lines[0].at("completion_tokens"), 5);
}

TEST_F(ChatCompletionTest, ATimeoutIsTheCallsDeadline) {
  PostHello();
  const Instant usual = client_.last().deadline;
  const Asked asked = PostHello("", {{"x-spillway-timeout-ms", "1500"}});
  EXPECT_EQ(client_.last().deadline, asked->received() + std::chrono::milliseconds(1500));
  EXPECT_LT(client_.last().deadline, usual);
  transport::ExchangeResult late;
  late.outcome = transport::Error{transport::ErrorKind::kTimeout, "timed out"};
  late.timing.end = Now();
  auto handler = std::move(client_.last().whole);
  handler(std::move(late));
  EXPECT_EQ(asked->status, 504);
  EXPECT_EQ(asked->Error("type"), "timeout_error");
  EXPECT_EQ(asked->Error("code"), "deadline_exceeded");
  EXPECT_THAT(client_.exchanges, SizeIs(2)) << "nobody else is asked";
}

TEST_F(ChatCompletionTest, ATimeoutMayBeAnyWholeNumberFromOneUp) {
  for (const char* timeout : {"1", "007", "86400001", "9223372036854775807", "99999999999999999999999"}) {
    const Asked asked = PostHello("", {{"x-spillway-timeout-ms", timeout}});
    // What is over before it began is no request that was misread.
    EXPECT_NE(asked->status, 400) << timeout;
  }
  for (const char* timeout : {"", "0", "000", "-1", "+5", "1.5", "1e3", "5s", "0x10", " 5", "5 ", "ten"}) {
    const Asked asked = PostHello("", {{"x-spillway-timeout-ms", timeout}});
    EXPECT_EQ(asked->status, 400) << timeout;
    EXPECT_EQ(asked->Error("param"), "x-spillway-timeout-ms");
  }
}

}  // namespace
}  // namespace spillway::server
