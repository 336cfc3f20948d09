// What is Mistral's own about its streams; the rest is OpenAI's: openai_stream_test.cc.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "providers/codec.h"
#include "tests/providers/stream_of.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

std::string Chunk(std::string delta, const std::string& rest = "\"finish_reason\":null}]") {
  std::erase(delta, '\n');
  return R"(data: {"id":"i","object":"chat.completion.chunk","created":7,"model":"m","p":"abc","choices":[{"index":0,"delta":)" +
         delta + "," + rest + "}\n\n";
}

constexpr char kEnd[] =
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5})";

Streamed Read(const std::string& body) { return StreamOf(*MakeCodec(v1::API_MISTRAL, {}), body); }

// The answer a unary call would have got with that message.
std::string Whole(const std::string& message, const std::string& finish_reason = "stop") {
  const Decoded decoded =
      MakeCodec(v1::API_MISTRAL, {})
          ->Decode({200,
                    {},
                    R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":")" + finish_reason +
                        R"(","message":)" + message +
                        R"(}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})"},
                   {});
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  EXPECT_NE(answer, nullptr);
  return answer == nullptr ? "" : answer->DebugString();
}

TEST(MistralStreamTest, TheLastChunkBringsTheUsageAndCompletes) {
  const Streamed read = Read(Chunk(R"({"role":"assistant","content":""})") + Chunk(R"({"content":"Hi"})") +
                             Chunk(R"({"content":""})", kEnd));
  EXPECT_EQ(read.fed, StreamState::kComplete);
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"content":"Hi"})")));
}

TEST(MistralStreamTest, WholeCallsComeWithoutAnIndex) {
  const Streamed read = Read(
      Chunk(R"({"role":"assistant","content":""})") +
      Chunk(
          R"({"content":null,"tool_calls":[{"id":"qDEcl0n92","function":{"name":"f","arguments":"{\"a\": 1}"}},
                {"id":"qDEcl0n93","function":{"name":"f","arguments":""},"new":1}]})",
          R"("finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5})") +
      "data: [DONE]\n\n");
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"content":null,"tool_calls":[
      {"id":"qDEcl0n92","function":{"name":"f","arguments":"{\"a\": 1}"}},
      {"id":"qDEcl0n93","function":{"name":"f","arguments":""},"new":1}]})",
                                           "tool_calls")));
}

TEST(MistralStreamTest, ThinkingIsGivenOutAtOnceAndTheListAtTheEnd) {
  const auto thinking = [](const std::string& text) {
    return R"({"type":"thinking","thinking":[{"type":"text","text":")" + text + R"("}],"closed":true})";
  };
  const Streamed read =
      Read(Chunk(R"({"content":""})") +
           Chunk(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]}]})") +
           Chunk("{\"content\":[" + thinking("m") + "]}") +
           Chunk("{\"content\":[" + thinking(".") + R"(,{"type":"text","text":"1"}],"new":"x"})") +
           Chunk(R"({"content":"4","new":"x"})") + Chunk(R"({"content":"4"})", kEnd));
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"content":[
      {"type":"thinking","thinking":[{"type":"text","text":"hm."}],"closed":true},
      {"type":"text","text":"144"}],"new":"x"})")));
  EXPECT_EQ(read.answer.choices(0).message().reasoning_content(), "hm.");
  EXPECT_EQ(read.answer.choices(0).message().content(), "144");
  ASSERT_EQ(read.deltas.size(), 5U);
  EXPECT_TRUE(SameProto(read.deltas[0], "role: ROLE_ASSISTANT reasoning_content: 'h'"));
  EXPECT_FALSE(read.deltas[3].has_extra());
  EXPECT_TRUE(read.deltas[4].extra().fields().contains("mistral"));
}

TEST(MistralStreamTest, AListOfNothingButTextAndThinkingIsNotKept) {
  const Streamed read = Read(Chunk(R"({"content":[{"type":"thinking","thinking":"h"},
                                      {"type":"text","text":"a"}]})") +
                             Chunk(R"({"content":"b"})", kEnd));
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"content":[
      {"type":"thinking","thinking":"h"},{"type":"text","text":"ab"}]})")));
  EXPECT_FALSE(read.answer.choices(0).message().has_extra());
}

TEST(MistralStreamTest, PartsOfOtherTypesAreKeptApart) {
  const Streamed read = Read(
      Chunk(R"({"content":[{"type":"text","text":"a"},{"type":"reference","reference_ids":[1]}]})") +
      Chunk(R"({"content":[{"type":"reference","reference_ids":[2]},"bare",{"type":"text","text":"b"}]})",
            kEnd));
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"content":[{"type":"text","text":"a"},
      {"type":"reference","reference_ids":[1]},{"type":"reference","reference_ids":[2]},"bare",
      {"type":"text","text":"b"}]})")));
}

TEST(MistralStreamTest, AnAnswerThatEndsInAnErrorIsAFailure) {
  const Streamed read = Read(Chunk(R"({"content":"a"})") + Chunk("{}", R"("finish_reason":"error"}])"));
  EXPECT_EQ(read.failure.failure, router::Failure::kServerError);
}

TEST(MistralStreamTest, TheRequestAsksForAStreamAndNothingElse) {
  const auto codec = MakeCodec(v1::API_MISTRAL, {.base_path = "/v1"});
  const auto encoded =
      codec->EncodeStream(Proto<v1::ChatRequest>("model: 'm' n: 2 messages { role: ROLE_USER content: 'hi' } "
                                                 "stream_options { include_usage: true }"));
  ASSERT_TRUE(encoded.ok());
  EXPECT_EQ(encoded->body,
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"n":2,"stream":true})");
  EXPECT_EQ(*FindHeader(encoded->headers, "Accept"), "text/event-stream");
  EXPECT_EQ(encoded->choices, 2);
}

}  // namespace
}  // namespace spillway::providers
