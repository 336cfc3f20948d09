// Streams of OpenAI and of the servers compatible with it; what is Azure's and Mistral's own, too.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "providers/codec.h"
#include "providers/stable_hash.h"
#include "tests/providers/stream_of.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

std::string Events(const std::vector<std::string>& events) {
  std::string body;
  for (std::string event : events) {
    std::erase(event, '\n');
    body += "data: " + event + "\n\n";
  }
  return body;
}

// A chunk with one choice: `delta`, and whatever else.
std::string Chunk(const std::string& delta, const std::string& choice = "", const std::string& chunk = "") {
  return R"({"id":"i","object":"chat.completion.chunk","created":7,"model":"m")" + chunk +
         R"(,"choices":[{"index":0)" + choice + R"(,"delta":)" + delta + "}]}";
}

std::string Text(const std::string& text) { return Chunk(R"({"content":")" + text + R"("})"); }
std::string End(const std::string& word = "stop") {
  return Chunk("{}", R"(,"finish_reason":")" + word + "\"");
}
std::string Usage(
    const std::string& usage = R"({"prompt_tokens":3,"completion_tokens":2,"total_tokens":5})") {
  return R"({"id":"i","choices":[],"usage":)" + usage + "}";
}
constexpr char kDone[] = "[DONE]";

Streamed Read(const std::vector<std::string>& events, int choices = 1) {
  return StreamOf(*MakeCodec(v1::API_OPENAI, {}), Events(events), choices);
}

// The answer a unary call would have got for `body`.
std::string Whole(const std::string& body, v1::Api api = v1::API_OPENAI) {
  const Decoded decoded = MakeCodec(api, {})->Decode({200, {}, body}, {});
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  EXPECT_NE(answer, nullptr) << body;
  return answer == nullptr ? "" : answer->DebugString();
}

TEST(OpenAiStreamTest, TheDeltasAreTheAnswer) {
  const Streamed read =
      Read({Chunk(R"({"role":"assistant","content":"","refusal":null})",
                  R"(,"logprobs":null,"finish_reason":null)",
                  R"(,"service_tier":"default","system_fingerprint":null,"usage":null,"obfuscation":"x")"),
            Text("Hel"), Chunk(R"({"content":"lo"})", "", R"(,"system_fingerprint":"fp")"), End(), Usage(),
            kDone});
  EXPECT_EQ(read.fed, StreamState::kComplete);
  ASSERT_EQ(read.deltas.size(), 2U);
  EXPECT_TRUE(SameProto(read.deltas[0], "role: ROLE_ASSISTANT content: 'Hel'"));
  EXPECT_TRUE(SameProto(read.deltas[1], "content: 'lo'"));
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","service_tier":"default",
      "system_fingerprint":"fp","choices":[{"finish_reason":"stop","message":{"content":"Hello"}}],
      "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})")));
}

TEST(OpenAiStreamTest, UsageAfterTheFinishCompletesWithoutAnEndMark) {
  EXPECT_EQ(Read({Text("a"), End()}).fed, StreamState::kFinished);
  EXPECT_EQ(Read({Text("a"), End(), Usage()}).fed, StreamState::kComplete);
  EXPECT_EQ(Read({Text("a"), End(), Usage("{}")}).fed, StreamState::kFinished);
  EXPECT_TRUE(Read({Text("a"), End()}).complete());
  EXPECT_TRUE(Read({Text("a"), End(), kDone, kDone}).complete());
}

TEST(OpenAiStreamTest, UsageInEveryChunkIsTheLast) {
  const auto with = [](int tokens) {
    return R"(,"usage":{"prompt_tokens":1,"completion_tokens":)" + std::to_string(tokens) + "}";
  };
  const Streamed read =
      Read({Chunk(R"({"content":"a"})", "", with(1)), Chunk(R"({"content":"b"})", "", with(2)),
            Chunk("{}", R"(,"finish_reason":"stop")", with(3))});
  EXPECT_EQ(read.fed, StreamState::kComplete);
  EXPECT_TRUE(SameProto(*read.ending.usage, "prompt_tokens: 1 completion_tokens: 3 total_tokens: 4"));
}

TEST(OpenAiStreamTest, AnEndThatComesWithTheFirstTokenIsNotBelievedYet) {
  const std::string all = R"(,"finish_reason":"stop")";
  const std::string usage = R"(,"usage":{"prompt_tokens":1,"completion_tokens":1})";
  const std::string first = Chunk(R"({"content":"Hel"})", all, usage);
  EXPECT_EQ(Read({first}).fed, StreamState::kFinished);
  const Streamed read = Read({first, Chunk(R"({"content":"lo"})", all, usage), kDone});
  EXPECT_EQ(read.fed, StreamState::kComplete);
  ASSERT_EQ(read.deltas.size(), 2U);
  EXPECT_EQ(read.deltas[1].content(), "lo");
  EXPECT_EQ(Read({first, kDone}).fed, StreamState::kComplete);
}

TEST(OpenAiStreamTest, HalfAnEmojiIsAReplacementCharacter) {
  const Streamed read = Read({Text(R"(ok \udcaf)"), End(), kDone});
  EXPECT_EQ(read.fed, StreamState::kComplete);
  ASSERT_EQ(read.deltas.size(), 1U);
  EXPECT_EQ(read.deltas[0].content(), "ok \xEF\xBF\xBD");
}

TEST(OpenAiStreamTest, GroqsUsageIsFoundWhereItPutsIt) {
  const Streamed read =
      Read({Chunk(R"({"content":"a"})", "", R"(,"x_groq":{"id":"req_1","seed":3})"),
            Chunk("{}", R"(,"finish_reason":"stop")",
                  R"(,"x_groq":{"id":"req_1","usage":{"prompt_tokens":1,"completion_tokens":3}})")});
  EXPECT_EQ(read.fed, StreamState::kComplete);
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","x_groq":{"id":"req_1","seed":3},
      "choices":[{"finish_reason":"stop","message":{"content":"a"}}],
      "usage":{"prompt_tokens":1,"completion_tokens":3}})")));
}

TEST(OpenAiStreamTest, NoFinishReasonIsTruncatedAlsoWithAnEndMark) {
  const std::string blank = Chunk(R"({"content":"a"})", R"(,"finish_reason":"")");
  for (const auto& events : std::vector<std::vector<std::string>>{{Text("a")},
                                                                  {Text("a"), kDone},
                                                                  {blank, kDone},
                                                                  {Text("a"), Usage(), kDone},
                                                                  {Usage()},
                                                                  {kDone},
                                                                  {}}) {
    EXPECT_EQ(Read(events).failure.failure, Failure::kTruncated) << Events(events);
  }
}

TEST(OpenAiStreamTest, AFinishReasonMayComeTwice) {
  const Streamed read = Read(
      {Text("a"), Chunk(R"({"content":""})", R"(,"finish_reason":"stop","native_finish_reason":"end_turn")"),
       Chunk(R"({"content":""})", R"(,"finish_reason":"stop","native_finish_reason":null)",
             R"(,"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.1})"),
       kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "native_finish_reason":"end_turn","message":{"content":"a"}}],
      "usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.1}})")));
}

TEST(OpenAiStreamTest, AnAnswerThatGoesOnAfterItsFinishReasonEndsWithItsEndMark) {
  EXPECT_EQ(Read({Text("a"), End(), Text("b"), End(), Usage()}).fed, StreamState::kOpen);
  const Streamed read = Read({Text("a"), End(), Text("b"), End(), Usage(), kDone});
  EXPECT_EQ(read.fed, StreamState::kComplete);
  EXPECT_EQ(read.text(), "ab");
  EXPECT_TRUE(read.ending.usage);
}

TEST(OpenAiStreamTest, AnAnswerMayBeEmpty) {
  const Streamed read = Read({Chunk(R"({"role":"assistant","content":""})"), End("length"), kDone});
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[
      {"finish_reason":"length","message":{"content":""}}]})")));
}

TEST(OpenAiStreamTest, ARefusalIsOne) {
  const Streamed read = Read({Chunk(R"({"role":"assistant","content":null,"refusal":""})"),
                              Chunk(R"({"refusal":"I'm"})"), Chunk(R"({"refusal":" sorry"})"), End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"content":null,"refusal":"I'm sorry"}}]})")));
  EXPECT_EQ(read.deltas.size(), 2U);
}

TEST(OpenAiStreamTest, ReasoningHasSeveralNames) {
  const std::string whole = Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"reasoning_content":"hm.","content":"a"}}]})");
  for (const auto& [first, second] : std::vector<std::pair<std::string, std::string>>{
           {R"({"reasoning_content":"hm","content":null})", R"({"reasoning_content":"."})"},
           {R"({"reasoning":"hm"})", R"({"reasoning":"."})"},
           {R"({"reasoning":"hm","reasoning_content":"hm"})", R"({"reasoning":".","reasoning_content":"."})"},
           {R"({"content":[{"type":"thinking","thinking":"hm"}]})",
            R"({"content":[{"type":"thinking","thinking":"."}]})"}}) {
    const Streamed read =
        Read({Chunk(first), Chunk(second),
              Chunk(R"({"reasoning_content":null,"reasoning":null,"content":"a"})"), End(), kDone});
    EXPECT_TRUE(SameProto(read.answer, whole)) << first;
    EXPECT_EQ(read.deltas.size(), 3U);
  }
}

TEST(OpenAiStreamTest, TwoReasoningsAreBothKept) {
  const Streamed read = Read({Chunk(R"({"reasoning_content":"a","reasoning":"x"})"),
                              Chunk(R"({"reasoning_content":"b","reasoning":"y"})"), End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"reasoning_content":"ab","reasoning":"xy"}}]})")));
}

TEST(OpenAiStreamTest, ReasoningByItselfIsTheOtherOnceThereWasReasoningContent) {
  const Streamed read =
      Read({Chunk(R"({"reasoning_content":"a"})"), Chunk(R"({"reasoning":"x"})"), End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"reasoning_content":"a","reasoning":"x"}}]})")));
}

TEST(OpenAiStreamTest, GroqsUsageLeavesNothingElseBehind) {
  const Streamed read =
      Read({Text("a"), Chunk("{}", R"(,"finish_reason":"stop")",
                             R"(,"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":3}})")});
  EXPECT_EQ(read.answer.usage().total_tokens(), 4);
  EXPECT_FALSE(read.answer.has_extra()) << read.answer.DebugString();
}

TEST(OpenAiStreamTest, ReasoningDetailsArePutTogetherAndGivenOutWithTheEnd) {
  const auto details = [](const std::string& list) {
    return Chunk(R"({"content":"","reasoning":"t","reasoning_details":)" + list + "}");
  };
  const Streamed read = Read(
      {details(R"([{"type":"reasoning.text","text":"The","format":"f","index":0}])"),
       details(R"([{"type":"reasoning.text","text":" user","format":"f","index":0,"signature":null}])"),
       details(R"([{"type":"reasoning.text","signature":"S","format":"f","index":0}])"),
       details(
           R"([{"type":"reasoning.encrypted","data":"D","index":1},{"type":"reasoning.encrypted","data":"E"}])"),
       details(
           R"([{"type":"reasoning.summary","summary":"s","index":2},{"type":"reasoning.summary","summary":"t","index":3}])"),
       Text("a"), End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"content":"a","reasoning":"ttttt","reasoning_details":[
        {"type":"reasoning.text","text":"The user","format":"f","index":0,"signature":"S"},
        {"type":"reasoning.encrypted","data":"D","index":1},{"type":"reasoning.encrypted","data":"E"},
        {"type":"reasoning.summary","summary":"s","index":2},
        {"type":"reasoning.summary","summary":"t","index":3}]}}]})")));
  for (std::size_t i = 0; i + 1 < read.deltas.size(); ++i) EXPECT_FALSE(read.deltas[i].has_extra());
}

TEST(OpenAiStreamTest, ChoicesMayTakeTurns) {
  const auto chunk = [](int index, const std::string& rest) {
    return R"({"id":"i","choices":[{"index":)" + std::to_string(index) + "," + rest + "}]}";
  };
  const std::vector<std::string> events = {chunk(0, R"("delta":{"role":"assistant","content":"a"})"),
                                           chunk(1, R"("delta":{"content":"x"})"),
                                           chunk(0, R"("delta":{"content":"b"})"),
                                           chunk(0, R"("delta":{},"finish_reason":"stop")"),
                                           chunk(1, R"("delta":{"content":"y"})"),
                                           chunk(1, R"("delta":{},"finish_reason":"length")")};
  const Streamed read = Read(events, 2);
  EXPECT_EQ(read.fed, StreamState::kFinished);
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"id":"i","choices":[
      {"finish_reason":"stop","message":{"content":"ab"}},
      {"index":1,"finish_reason":"length","message":{"content":"xy"}}]})")));
  EXPECT_EQ(Read({events.begin(), events.end() - 1}, 2).failure.failure, Failure::kTruncated);
  EXPECT_EQ(Read({events.begin(), events.begin() + 4}, 2).failure.failure, Failure::kTruncated);
}

TEST(OpenAiStreamTest, SeveralChoicesMayBeInOneChunkAndNeedNoIndex) {
  const Streamed read = Read({R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"},
                                  {"index":null,"delta":{"content":"b"},"finish_reason":"stop"}]})"},
                             2);
  EXPECT_EQ(read.answer.choices_size(), 2);
  EXPECT_EQ(read.answer.choices(1).message().content(), "b");
}

TEST(OpenAiStreamTest, ACallComesInPieces) {
  const Streamed read = Read(
      {Chunk(R"({"role":"assistant","content":null,"tool_calls":[
           {"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]})"),
       Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
       Chunk(
           R"({"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]})"),
       Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]})"), End("tool_calls"), Usage()});
  EXPECT_TRUE(SameProto(read.answer,
                        Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"tool_calls",
      "message":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
      {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}}],
      "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})")));
  ASSERT_EQ(read.deltas.size(), 4U);
  EXPECT_TRUE(SameProto(read.deltas[3], "tool_calls { index: 0 function { arguments: ':1}' } }"));
}

// The calls of an answer whose deltas held these `tool_calls`, as NAME(ARGUMENTS)ID.
std::vector<std::string> Calls(const std::vector<std::string>& lists) {
  std::vector<std::string> events;
  for (const std::string& list : lists) events.push_back(Chunk(R"({"tool_calls":)" + list + "}"));
  events.push_back(End("stop"));
  const Streamed read = Read(events);
  EXPECT_TRUE(read.complete());
  std::vector<std::string> calls;
  for (const auto& call : read.answer.choices(0).message().tool_calls()) {
    calls.push_back(call.function().name() + "(" + call.function().arguments() + ")" + call.id());
  }
  EXPECT_EQ(read.answer.choices(0).finish_reason(), calls.empty() ? "stop" : "tool_calls");
  return calls;
}

using Names = std::vector<std::string>;

TEST(OpenAiStreamTest, WholeCallsNeedNoIndex) {
  EXPECT_EQ(Calls({R"([{"id":"a","function":{"name":"f","arguments":"{}"}},
                       {"id":"b","function":{"name":"f","arguments":"[]"}}])",
                   R"([{"id":"c","function":{"name":"g","arguments":""}}])"}),
            (Names{"f({})a", "f([])b", "g()c"}));
  EXPECT_EQ(Calls({R"([{"id":"a","function":{"name":"f","arguments":"{"}}])",
                   R"([{"function":{"arguments":"}"}}])", R"([{"id":"a","function":{"arguments":" "}}])"}),
            (Names{"f({} )a"}));
}

TEST(OpenAiStreamTest, WholeCallsMayAllHaveTheSameIndex) {
  EXPECT_EQ(Calls({R"([{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}])",
                   R"([{"index":0,"id":"b","function":{"name":"f","arguments":"[]"}}])",
                   R"([{"index":0,"function":{"arguments":" "}}])"}),
            (Names{"f({})a", "f([] )b"}));
  EXPECT_EQ(Calls({R"([{"index":0,"function":{"name":"f","arguments":"{}"}}])",
                   R"([{"index":0,"function":{"name":"g","arguments":"[]"}}])"}),
            (Names{"f({})" + MadeUpCallId("i", 0), "g([])" + MadeUpCallId("i", 1)}));
}

TEST(OpenAiStreamTest, IdsAndNamesMayBeRepeatedWithEveryPiece) {
  EXPECT_EQ(Calls({R"([{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}])",
                   R"([{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"}"}}])",
                   R"([{"index":0,"id":"other","function":{"arguments":" "}}])"}),
            (Names{"f({} )a"}));
}

// How long an answer of so many calls takes to read.
std::chrono::duration<double> TimeOfCalls(int calls) {
  std::string body;
  for (int i = 0; i < calls; ++i) {
    const std::string index = std::to_string(i);
    body += R"(data: {"id":"i","choices":[{"delta":{"tool_calls":[{"index":)" + index + R"(,"id":"c)" +
            index + R"(","function":{"name":"f","arguments":"{}"}}]}}]})" + "\n\n";
  }
  body += Events({End("tool_calls"), kDone});
  const auto codec = MakeCodec(v1::API_OPENAI, {});
  const auto start = std::chrono::steady_clock::now();
  const Streamed read = Play(*codec->NewStreamDecoder({200, {}, ""}, {.choices = 1}), {body});
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(read.answer.choices(0).message().tool_calls_size(), calls);
  EXPECT_EQ(read.deltas.back().tool_calls(0).index(), calls - 1);
  return took;
}

// Ten times as many take ten times as long; with a search through all of them for each, a hundred times.
TEST(OpenAiStreamTest, ManyCallsTakeNoMoreTimeEach) {
  const auto few = TimeOfCalls(20'000);
  EXPECT_LT(TimeOfCalls(200'000) / few, 50);
}

TEST(OpenAiStreamTest, CallsWithoutAnIdGetTheOneOfAWholeAnswer) {
  const Streamed read = Read({Chunk(R"({"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}},
                                       {"index":1,"function":{"name":"f","arguments":"{}"}}]})"),
                              End("tool_calls")});
  EXPECT_TRUE(SameProto(read.answer,
                        Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"tool_calls",
      "message":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}},
                               {"function":{"name":"f","arguments":"{}"}}]}}]})")));
  const Streamed nameless =
      Read({R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}}]},"finish_reason":"stop"}]})"});
  EXPECT_EQ(nameless.answer.choices(0).message().tool_calls(0).id().size(), 21U);
}

TEST(OpenAiStreamTest, CallsOfDifferentChoicesHaveDifferentIds) {
  const Streamed read = Read({R"({"id":"i","choices":[
      {"index":0,"delta":{"tool_calls":[{"function":{"name":"f"}}]},"finish_reason":"stop"},
      {"index":1,"delta":{"tool_calls":[{"function":{"name":"f"}}]},"finish_reason":"stop"}]})"},
                             2);
  EXPECT_NE(read.answer.choices(0).message().tool_calls(0).id(),
            read.answer.choices(1).message().tool_calls(0).id());
}

TEST(OpenAiStreamTest, ANameMayComeLate) {
  EXPECT_EQ(
      Calls({R"([{"index":0,"function":{"name":"","arguments":""}}])",
             R"([{"index":0,"id":"late","type":"function","function":{"name":"f","arguments":"{}"}}])"}),
      (Names{"f({})" + MadeUpCallId("i", 0)}));
}

TEST(OpenAiStreamTest, ArgumentsMayBeAnObjectOrMissing) {
  EXPECT_EQ(Calls({R"([{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1.5}}},
                       {"index":1,"id":"b","function":{"name":"g"}},
                       {"index":2,"id":"c","function":{"name":"h","arguments":null}}])"}),
            (Names{R"(f({"x":1.5})a)", "g()b", "h()c"}));
}

TEST(OpenAiStreamTest, CustomCallsComeInPiecesToo) {
  const Streamed read =
      Read({Chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":""},
                 "function":{"name":"","arguments":""}}]})"),
            Chunk(R"({"tool_calls":[{"index":0,"custom":{"name":"f","input":"x"},"more":1}]})"),
            End("tool_calls")});
  EXPECT_TRUE(SameProto(read.answer,
                        Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"tool_calls",
      "message":{"tool_calls":[{"id":"a","type":"custom","custom":{"name":"f","input":"x"},"more":1}]}}]})")));
}

TEST(OpenAiStreamTest, TheLegacyFunctionCallComesInPieces) {
  const Streamed read =
      Read({Chunk(R"({"function_call":{"name":"f","arguments":""}})"),
            Chunk(R"({"function_call":{"arguments":"{"}})"),
            Chunk(R"({"function_call":{"name":"f","arguments":"}"}})"),
            Chunk(R"({"function_call":{"name":"","arguments":""}})"), End("function_call")});
  EXPECT_TRUE(SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[
      {"finish_reason":"function_call","message":{"function_call":{"name":"f","arguments":"{}"}}}]})")));
}

TEST(OpenAiStreamTest, LogprobsAnnotationsAndAudioAreGivenOut) {
  const Streamed read = Read(
      {Chunk(
           R"({"content":"a"})",
           R"(,"logprobs":{"content":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[]}],"refusal":null})"),
       Chunk(R"({"content":"b","annotations":[{"type":"url"}]})",
             R"(,"logprobs":{"content":[{"token":"b","logprob":-2}]})"),
       Chunk(R"({"audio":{"id":"A","data":"QU"}})"), Chunk(R"({"audio":{"data":"JD","transcript":"abc"}})"),
       Chunk(R"({"audio":{"data":"","id":"","expires_at":0}})"), End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "logprobs":{"content":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[]},{"token":"b","logprob":-2}]},
      "message":{"content":"ab","annotations":[{"type":"url"}],"audio":{"id":"A","data":"QUJD","transcript":"abc"}}}]})")));
}

TEST(OpenAiStreamTest, WhatHasNoFieldIsKeptAndNotRepeated) {
  const std::string more = R"(,"provider":"P","citations":["u"],"timings":{"a":1})";
  const Streamed read =
      Read({Chunk(R"({"content":"a","channel":"analysis","n":1,"token_id":null,"empty":[]})",
                  R"(,"stop_reason":null)", more),
            Chunk(R"({"content":"b","channel":"analysis","n":1,"list":[1]})",
                  R"(,"seed":7,"stop_reason":"x")", more),
            Chunk(R"({"content":"c","channel":"final","list":[2],"o":{"p":1}})",
                  R"(,"content_filter_results":{})", R"(,"citations":[],"timings":{"b":2})"),
            End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","provider":"P","citations":["u"],
      "timings":{"a":1,"b":2},"choices":[{"finish_reason":"stop","stop_reason":"x","seed":7,
      "content_filter_results":{},
      "message":{"content":"abc","channel":"final","n":1,"list":[1,2],"o":{"p":1}}}]})")));
  EXPECT_EQ(read.deltas[1].extra().fields_size(), 1);
}

TEST(OpenAiStreamTest, TheWholeMessageBesideADeltaIsPassedOver) {
  const Streamed read =
      Read({Chunk(R"({"content":"a"})", R"(,"message":{"role":"assistant","content":"a"},"text":"a")"),
            Chunk(R"({"content":"b"})", R"(,"message":{"content":"ab"},"finish_reason":"stop")")});
  EXPECT_EQ(read.answer.choices(0).message().content(), "ab");
  EXPECT_FALSE(read.answer.choices(0).has_extra());
  const Streamed alone = Read({R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})"});
  EXPECT_EQ(alone.text(), "a");
}

TEST(OpenAiStreamTest, ContentMayBeAnObject) {
  const Streamed read = Read({Chunk(R"({"content":{"a":1}})"), End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"content":{"a":1}}}]})")));
}

TEST(OpenAiStreamTest, MembersOfAnotherTypeThanTheirFieldStayInExtra) {
  const Streamed read = Read({Chunk(R"({"content":"a","role":"user","refusal":1,"reasoning":{"x":1},
                                       "tool_calls":[1],"annotations":{"b":1},"name":"n"})"),
                              End(), kDone});
  EXPECT_TRUE(
      SameProto(read.answer, Whole(R"({"id":"i","created":7,"model":"m","choices":[{"finish_reason":"stop",
      "message":{"content":"a","role":"user","refusal":1,"reasoning":{"x":1},"tool_calls":[1],
                 "annotations":{"b":1},"name":"n"}}]})")));
}

TEST(OpenAiStreamTest, AnErrorInsideTheStreamIsTheErrorItSays) {
  struct Case {
    std::string event;
    Failure failure;
  };
  const Case cases[] = {
      {R"({"error":{"message":"The server had an error","type":"server_error","code":null}})",
       Failure::kServerError},
      {R"({"error":{"message":"Rate limit","type":"requests","code":"rate_limit_exceeded"}})",
       Failure::kRateLimited},
      {R"({"id":"i","provider":"P","error":{"code":502,"message":"Upstream"},
           "choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})",
       Failure::kServerError},
      {R"({"id":"i","error":{"code":429,"message":"slow down"},"choices":[{"index":0,"delta":{"content":"x"},
           "finish_reason":null}],"usage":{"prompt_tokens":1}})",
       Failure::kRateLimited},
      {R"({"choices":[{"index":0,"delta":{"content":"x"},"error":{"code":503,"message":"busy"}}]})",
       Failure::kOverloaded},
      {R"({"error":"text of an error","code":"overloaded"})", Failure::kServerError},
      {R"({"object":"error","message":"maximum context length is 5","type":"BadRequestError","code":400})",
       Failure::kContextLength},
      {R"({"id":"i","choices":[],"x_groq":{"id":"r","error":"over capacity"}})", Failure::kOverloaded},
      {Chunk("{}", R"(,"finish_reason":"error")"), Failure::kServerError},
      {Chunk("{}", R"(,"finish_reason":"insufficient_system_resource")"), Failure::kOverloaded},
  };
  for (const Case& c : cases) {
    const Streamed read = Read({Text("a"), c.event, End(), kDone});
    EXPECT_TRUE(read.failed()) << c.event;
    EXPECT_EQ(router::TraitsOf(read.failure.failure).name, router::TraitsOf(c.failure).name)
        << c.event << read.failure.message;
    EXPECT_EQ(read.failure.http_status, 200);
    EXPECT_EQ(read.text(), "a");
  }
}

TEST(OpenAiStreamTest, GroqNamesItsErrorEvents) {
  const Streamed read = StreamOf(
      *MakeCodec(v1::API_OPENAI, {}),
      Events({Text("a")}) +
          "event: error\ndata: {\"error\":{\"message\":\"Tool call validation failed\","
          "\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"status_code\":400}}\n\n");
  EXPECT_TRUE(read.failed());
  EXPECT_EQ(read.failure.provider_code, "tool_use_failed");
}

TEST(OpenAiStreamTest, AnUnreadableEventIsMalformed) {
  for (const std::string& event :
       {std::string("{"), std::string("nonsense"), std::string("[]"), std::string("\"x\""),
        std::string("{\"choices\":{}}"), std::string("{\"choices\":[1]}"), Chunk(R"({"content":7})"),
        Chunk("{\"content\":\"\xC3\x28\"}")}) {
    const Streamed read = Read({Text("a"), event, End(), kDone});
    EXPECT_EQ(read.failure.failure, Failure::kMalformed) << event;
    EXPECT_EQ(read.text(), "a");
  }
}

TEST(OpenAiStreamTest, ADeltaMayBeNullOrMissing) {
  const Streamed read = Read({Text("a"), R"({"choices":[{"index":0,"delta":null},{"index":0}]})",
                              R"({"choices":null})", R"({"type":"ping"})", End(), kDone});
  EXPECT_EQ(read.text(), "a");
  EXPECT_TRUE(read.complete());
}

TEST(OpenAiStreamTest, CommentsAndCrlfChangeNothing) {
  std::string body = ": OPENROUTER PROCESSING\r\n\r\n";
  for (const std::string& event : {Text("a"), End(), Usage()}) body += "data:" + event + "\r\n\r\n: ping\r\n";
  EXPECT_EQ(StreamOf(*MakeCodec(v1::API_OPENAI, {}), body).text(), "a");
}

TEST(OpenAiStreamTest, AWholeAnswerInPlaceOfAStreamIsTaken) {
  const std::string body = R"({"id":"i","choices":[{"finish_reason":"stop","message":{"content":"a"}}]})";
  EXPECT_TRUE(SameProto(StreamOf(*MakeCodec(v1::API_OPENAI, {}), body).answer, Whole(body)));
}

TEST(OpenAiStreamTest, TheRequestAsksForAStreamAndItsUsage) {
  const auto request = Proto<v1::ChatRequest>("model: 'm' n: 3 messages { role: ROLE_USER content: 'hi' }");
  for (const v1::Api api : {v1::API_OPENAI, v1::API_AZURE_OPENAI}) {
    const auto encoded = MakeCodec(api, {.base_path = "/v1"})->EncodeStream(request);
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(encoded->body,
              R"({"model":"m","messages":[{"role":"user","content":"hi"}],"n":3,"stream":true,)"
              R"("stream_options":{"include_usage":true}})");
    EXPECT_EQ(*FindHeader(encoded->headers, "Accept"), "text/event-stream");
    EXPECT_EQ(encoded->choices, 3);
    EXPECT_EQ(MakeCodec(api, {.base_path = "/v1"})->Encode({})->choices, 1);
  }
}

TEST(AzureOpenAiStreamTest, TheFirstChunkMayHoldNothingButFilterResults) {
  const Streamed read = StreamOf(
      *MakeCodec(v1::API_AZURE_OPENAI, {}),
      Events(
          {R"({"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]})",
           Chunk(R"({"content":"","role":"assistant"})",
                 R"(,"content_filter_results":{},"finish_reason":null)"),
           Chunk(R"({"content":"a"})", R"(,"content_filter_results":{"hate":{"filtered":false}})"),
           Chunk("{}", R"(,"content_filter_results":{},"finish_reason":"stop")"), Usage(), kDone}));
  EXPECT_TRUE(SameProto(
      read.answer, Whole(R"({"id":"i","created":7,"model":"m","prompt_filter_results":[{"prompt_index":0}],
      "choices":[{"finish_reason":"stop","content_filter_results":{"hate":{"filtered":false}},
      "message":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})")));
}

TEST(AzureOpenAiStreamTest, AModelThatCanBeNoDeploymentIsRefused) {
  const auto codec = MakeCodec(v1::API_AZURE_OPENAI, {.api_version = "2024-10-21"});
  EXPECT_EQ(codec->EncodeStream(Proto<v1::ChatRequest>("model: '..'")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace spillway::providers
