// Streamed answers of Bedrock.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "providers/codec.h"
#include "tests/providers/bedrock_frames.h"
#include "tests/providers/stream_of.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

constexpr char kEventStream[] = "application/vnd.amazon.eventstream";

const Codec& TheCodec() {
  static const auto* const kCodec = MakeCodec(v1::API_BEDROCK, {.model = "m"}).release();
  return *kCodec;
}

HttpResponse Response(const std::string& body, int status = 200) {
  return {status, {{"content-type", kEventStream}, {"x-amzn-requestid", "r-1"}}, body};
}

Streamed Stream(const std::string& body) { return StreamOf(TheCodec(), Response(body)); }

std::string Start() { return EventFrame("messageStart", R"({"p":"abcd","role":"assistant"})"); }
std::string Stop(const std::string& reason = "end_turn") {
  return EventFrame("messageStop", R"({"p":"ab","stopReason":")" + reason + "\"}");
}
std::string Metadata() {
  return EventFrame(
      "metadata",
      R"({"metrics":{"latencyMs":5},"p":"a","usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7}})");
}
std::string BlockStart(int index, const std::string& start) {
  return EventFrame("contentBlockStart", R"({"contentBlockIndex":)" + std::to_string(index) +
                                             R"(,"p":"abc","start":)" + start + "}");
}
std::string Piece(int index, const std::string& delta) {
  return EventFrame("contentBlockDelta", R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"delta":)" +
                                             delta + R"(,"p":"abcdef"})");
}
std::string BlockStop(int index) {
  return EventFrame("contentBlockStop", R"({"contentBlockIndex":)" + std::to_string(index) + R"(,"p":"a"})");
}
std::string Text(int index, const std::string& text) { return Piece(index, R"({"text":")" + text + "\"}"); }

std::string Hello() { return Start() + Text(0, "Hel") + Text(0, "lo") + BlockStop(0) + Stop() + Metadata(); }

// What a whole answer of these blocks is read as.
v1::ChatResponse Whole(const std::string& blocks, const std::string& rest = R"("stopReason":"end_turn")") {
  const std::string body =
      R"({"metrics":{"latencyMs":5},"output":{"message":{"content":[)" + blocks +
      R"(],"role":"assistant"}},"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},)" + rest + "}";
  const Decoded decoded = TheCodec().Decode({200, {{"x-amzn-requestid", "r-1"}}, body}, {});
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) ADD_FAILURE() << std::get<router::FailedAttempt>(decoded).message << body;
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

// The stream of these events is what a whole answer of `blocks` is.
void ExpectSame(const std::string& events, const std::string& blocks,
                const std::string& reason = "end_turn") {
  const Streamed streamed = Stream(Start() + events + Stop(reason) + Metadata());
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(Whole(blocks, R"("stopReason":")" + reason + "\""), streamed.answer))
      << difference;
}

TEST(BedrockStreamTest, AStreamIsAskedForAtItsOwnPath) {
  const auto request = Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "hi" })");
  const auto path = [&](TargetSpec spec) {
    return MakeCodec(v1::API_BEDROCK, std::move(spec))->EncodeStream(request).value().path;
  };
  EXPECT_EQ(path({.model = "us.a-v1:0"}), "/model/us.a-v1%3A0/converse-stream");
  EXPECT_EQ(path({.base_path = "/proxy", .model = "arn:aws:bedrock:r:1:p/x"}),
            "/proxy/model/arn%3Aaws%3Abedrock%3Ar%3A1%3Ap%2Fx/converse-stream");
  EXPECT_EQ(path({.model = "m", .path = "/my/own"}), "/my/own");
  EXPECT_FALSE(MakeCodec(v1::API_BEDROCK, {})->EncodeStream(request).ok());
}

TEST(BedrockStreamTest, TheRequestDiffersFromAWholeAnswersOnlyInPathAndType) {
  const auto request = Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "hi" } max_tokens: 9)");
  const EncodedRequest streamed = TheCodec().EncodeStream(request).value();
  const EncodedRequest whole = TheCodec().Encode(request).value();
  EXPECT_EQ(streamed.body, whole.body);
  EXPECT_EQ(streamed.choices, 1);
  ASSERT_EQ(streamed.headers.size(), 2u);
  EXPECT_EQ(streamed.headers[1], (std::pair<std::string, std::string>("Accept", kEventStream)));
}

TEST(BedrockStreamTest, AnAnswerIsReadWhole) {
  const Streamed streamed = Stream(Hello());
  EXPECT_EQ(streamed.fed, StreamState::kComplete);
  EXPECT_EQ(streamed.text(), "Hello");
  EXPECT_TRUE(SameProto(streamed.answer, R"pb(
    id: "r-1"
    choices {
      message { role: ROLE_ASSISTANT content: "Hello" }
      finish_reason: "stop"
      extra {
        fields {
          key: "native_finish_reason"
          value { string_value: "end_turn" }
        }
      }
    }
    usage { prompt_tokens: 3 completion_tokens: 4 total_tokens: 7 }
    extra {
      fields {
        key: "metrics"
        value {
          struct_value {
            fields {
              key: "latencyMs"
              value { number_value: 5 }
            }
          }
        }
      }
    }
  )pb"));
}

TEST(BedrockStreamTest, TextIsGivenOutWithTheByteThatCompletesIt) {
  const std::string events = Start() + Text(0, "Hel");
  auto decoder = TheCodec().NewStreamDecoder(Response(""), {});
  std::vector<v1::Delta> deltas;
  EXPECT_EQ(decoder->Feed(std::string_view(events).substr(0, events.size() - 1), deltas), StreamState::kOpen);
  EXPECT_TRUE(deltas.empty());
  decoder->Feed(std::string_view(events).substr(events.size() - 1), deltas);
  ASSERT_EQ(deltas.size(), 1u);
  EXPECT_TRUE(SameProto(deltas[0], R"(role: ROLE_ASSISTANT content: "Hel")"));
}

TEST(BedrockStreamTest, ItIsFinishedWhenTheMessageStopsAndCompleteWithItsUsage) {
  const std::string stopped = Start() + Text(0, "a") + BlockStop(0) + Stop("max_tokens");
  auto decoder = TheCodec().NewStreamDecoder(Response(""), {});
  std::vector<v1::Delta> deltas;
  EXPECT_EQ(decoder->Feed(stopped, deltas), StreamState::kFinished);
  EXPECT_EQ(decoder->Feed(Metadata(), deltas), StreamState::kComplete);
  const StreamEnding ending = decoder->TakeEnding();
  EXPECT_EQ(ending.finishes.at(0).finish_reason(), "length");
  EXPECT_EQ(ending.usage->total_tokens(), 7);
  // The metadata may never come.
  const Streamed without = Stream(stopped);
  EXPECT_EQ(without.fed, StreamState::kFinished);
  EXPECT_TRUE(without.complete());
  EXPECT_FALSE(without.ending.usage.has_value());
}

TEST(BedrockStreamTest, TheUsageMayComeBeforeTheStop) {
  const Streamed streamed = Stream(Start() + Text(0, "a") + Metadata() + Stop());
  EXPECT_EQ(streamed.fed, StreamState::kComplete);
  EXPECT_EQ(streamed.ending.usage->total_tokens(), 7);
}

TEST(BedrockStreamTest, CallsComeInPieces) {
  const Streamed streamed =
      Stream(Start() + Text(0, "I look.") + BlockStop(0) +
             BlockStart(1, R"({"toolUse":{"toolUseId":"t1","name":"f"}})") +
             Piece(1, R"({"toolUse":{"input":""}})") + Piece(1, R"({"toolUse":{"input":"{\"x\""}})") +
             Piece(1, R"({"toolUse":{"input":":1}"}})") + BlockStop(1) +
             BlockStart(2, R"({"toolUse":{"toolUseId":"t2","name":"g"}})") + BlockStop(2) + Stop("tool_use") +
             Metadata());
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  ASSERT_EQ(streamed.deltas.size(), 6u);
  EXPECT_TRUE(SameProto(streamed.deltas[1],
                        R"(tool_calls { index: 0 id: "t1" type: "function" function { name: "f" } })"));
  EXPECT_TRUE(SameProto(streamed.deltas[2], R"(tool_calls { index: 0 function { arguments: "{\"x\"" } })"));
  EXPECT_TRUE(SameProto(streamed.deltas[5], R"(tool_calls { index: 1 function { arguments: "{}" } })"));
  EXPECT_EQ(streamed.answer.choices(0).finish_reason(), "tool_calls");
}

TEST(BedrockStreamTest, AStreamSaysWhatAWholeAnswerSays) {
  ExpectSame(Text(0, "a") + BlockStop(0) +
                 BlockStart(1, R"({"toolUse":{"toolUseId":"t1","name":"f","new":1}})") +
                 Piece(1, R"({"toolUse":{"input":"{\"x\":"}})") +
                 Piece(1, R"({"toolUse":{"input":"[1]}"}})") + BlockStop(1) + Text(2, "b") + BlockStop(2) +
                 BlockStart(3, R"({"toolUse":{"toolUseId":"t2","name":"g"}})") + BlockStop(3),
             R"({"text":"a"},{"toolUse":{"toolUseId":"t1","name":"f","new":1,"input":{"x":[1]}}},{"text":"b"},
                {"toolUse":{"toolUseId":"t2","name":"g","input":{}}})",
             "tool_use");
  // Thinking, signed and not, and in a cipher.
  ExpectSame(
      Piece(0, R"({"reasoningContent":{"text":"h"}})") + Piece(0, R"({"reasoningContent":{"text":"m"}})") +
          Piece(0, R"({"reasoningContent":{"signature":"S"}})") + BlockStop(0) +
          Piece(1, R"({"reasoningContent":{"redactedContent":"QUJD"}})") + BlockStop(1) +
          Piece(2, R"({"reasoningContent":{"text":"so"}})") + BlockStop(2) + Text(3, "x") + BlockStop(3),
      R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"S"}}},
                {"reasoningContent":{"redactedContent":"QUJD"}},
                {"reasoningContent":{"reasoningText":{"text":"so"}}},{"text":"x"})");
  // What only is kept: citations, a tool that Bedrock runs, its result, an image.
  ExpectSame(
      Text(0, "ci") + Piece(0, R"({"citation":{"title":"T"}})") + Text(0, "ted") +
          Piece(0, R"({"citation":{"title":"U"}})") + BlockStop(0),
      R"({"citationsContent":{"content":[{"text":"cited"}],"citations":[{"title":"T"},{"title":"U"}]}})");
  ExpectSame(BlockStart(0, R"({"toolUse":{"toolUseId":"s","name":"web","type":"server_tool_use"}})") +
                 Piece(0, R"({"toolUse":{"input":"{\"q\""}})") + Piece(0, R"({"toolUse":{"input":":1}"}})") +
                 BlockStop(0) + BlockStart(1, R"({"toolResult":{"toolUseId":"s","type":"web"}})") +
                 Piece(1, R"({"toolResult":[{"text":"r"}]})") +
                 Piece(1, R"({"toolResult":[{"json":{"a":1}}]})") + BlockStop(1) +
                 BlockStart(2, R"({"image":{"format":"png"}})") +
                 Piece(2, R"({"image":{"source":{"bytes":"QUJD"}}})") +
                 Piece(2, R"({"image":{"source":{"bytes":"REVG"}}})") + BlockStop(2) + Text(3, "x"),
             R"({"toolUse":{"toolUseId":"s","name":"web","type":"server_tool_use","input":{"q":1}}},
                {"toolResult":{"toolUseId":"s","type":"web","content":[{"text":"r"},{"json":{"a":1}}]}},
                {"image":{"format":"png","source":{"bytes":"QUJDREVG"}}},{"text":"x"})");
  ExpectSame("", "");
}

TEST(BedrockStreamTest, WhatIsSaidBesideTheMessageIsKeptAsInAWholeAnswer) {
  const Streamed streamed = Stream(
      EventFrame("messageStart", R"({"role":"assistant","new":1})") + Text(0, "x") +
      EventFrame("messageStop",
                 R"({"stopReason":"end_turn","additionalModelResponseFields":{"a":1},"none":null})") +
      EventFrame(
          "metadata",
          R"({"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},"metrics":{"latencyMs":5},"trace":{"g":1},
              "serviceTier":{"type":"flex"},"performanceConfig":{"latency":"optimized"}})"));
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  v1::ChatResponse whole =
      Whole(R"({"text":"x"})",
            R"("stopReason":"end_turn","additionalModelResponseFields":{"a":1},"trace":{"g":1},
               "serviceTier":{"type":"flex"},"performanceConfig":{"latency":"optimized"})");
  auto& scope = (*whole.mutable_choices(0)->mutable_message()->mutable_extra()->mutable_fields())["bedrock"];
  (*scope.mutable_struct_value()->mutable_fields())["new"].set_number_value(1);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(streamed.answer, whole))
      << streamed.answer.DebugString();
}

TEST(BedrockStreamTest, ThinkingIsGivenOutAtOnceAndKeptAtTheEnd) {
  const Streamed streamed = Stream(Start() + Piece(0, R"({"reasoningContent":{"text":"hm"}})") +
                                   Piece(0, R"({"reasoningContent":{"signature":"S"}})") + BlockStop(0) +
                                   Text(1, "x") + Stop() + Metadata());
  ASSERT_EQ(streamed.deltas.size(), 3u);
  EXPECT_EQ(streamed.deltas[0].reasoning_content(), "hm");
  EXPECT_EQ(streamed.deltas[1].content(), "x");
  EXPECT_TRUE(streamed.deltas[2].extra().fields().contains("anthropic"));
}

TEST(BedrockStreamTest, EventsThatNobodyKnowsArePassedOver) {
  const std::string strange = EventFrame("newEvent", "no JSON") + EventFrame("initial-response", "") +
                              Frame("", "") + Frame(TextHeader(":message-type", "event"), "{}");
  const Streamed streamed = Stream(strange + Start() + strange + Text(0, "Hello") + strange + BlockStop(0) +
                                   Stop() + strange + Metadata());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(streamed.answer, Stream(Hello()).answer));
}

TEST(BedrockStreamTest, CallsWithoutAnIdGetOneEach) {
  const std::string call = R"({"toolUse":{"name":"f"}})";
  const Streamed streamed = Stream(Start() + BlockStart(0, call) + BlockStop(0) + BlockStart(1, call) +
                                   BlockStop(1) + Stop() + Metadata());
  ASSERT_TRUE(streamed.complete());
  const v1::Message& message = streamed.answer.choices(0).message();
  ASSERT_EQ(message.tool_calls_size(), 2);
  EXPECT_EQ(message.tool_calls(0).id().size(), 21u);
  EXPECT_NE(message.tool_calls(0).id(), message.tool_calls(1).id());
}

TEST(BedrockStreamTest, CutAnywhereBeforeTheStopItIsNoAnswer) {
  const std::string bytes = Hello();
  const std::size_t stop = bytes.size() - Metadata().size();
  for (std::size_t i = 0; i < stop; ++i) {
    const Streamed cut =
        Play(*TheCodec().NewStreamDecoder(Response(""), {}), {std::string_view(bytes).substr(0, i)});
    EXPECT_EQ(cut.fed, StreamState::kOpen) << i;
    ASSERT_TRUE(cut.failed()) << i;
    EXPECT_EQ(cut.failure.failure, Failure::kTruncated) << i;
    EXPECT_EQ(cut.failure.http_status, 200) << i;
  }
  for (std::size_t i = stop; i <= bytes.size(); ++i) {
    const Streamed cut =
        Play(*TheCodec().NewStreamDecoder(Response(""), {}), {std::string_view(bytes).substr(0, i)});
    EXPECT_TRUE(cut.complete()) << i;
    EXPECT_EQ(cut.ending.usage.has_value(), i == bytes.size()) << i;
  }
}

struct Exception {
  const char* name;
  int status;
  Failure failure;
};
constexpr Exception kExceptions[] = {
    {"internalServerException", 500, Failure::kServerError},
    {"modelStreamErrorException", 424, Failure::kServerError},
    {"validationException", 400, Failure::kInvalidRequest},
    {"throttlingException", 429, Failure::kRateLimited},
    {"serviceUnavailableException", 503, Failure::kOverloaded},
    {"modelTimeoutException", 408, Failure::kTimeout},
    {"modelErrorException", 424, Failure::kServerError},
    {"modelNotReadyException", 429, Failure::kRateLimited},
    {"accessDeniedException", 403, Failure::kCredentials},
    {"resourceNotFoundException", 404, Failure::kModelNotFound},
    {"serviceQuotaExceededException", 400, Failure::kQuotaExhausted},
};

TEST(BedrockStreamTest, AnExceptionIsTheFailureThatAnErrorOfItsNameIs) {
  for (const auto& [name, status, failure] : kExceptions) {
    const Streamed streamed =
        Stream(Start() + Text(0, "Hel") + ExceptionFrame(name, R"({"message":"It broke"})"));
    ASSERT_TRUE(streamed.failed()) << name;
    EXPECT_EQ(streamed.text(), "Hel") << name;
    EXPECT_EQ(streamed.failure.failure, failure) << name;
    EXPECT_EQ(streamed.failure.message, "It broke") << name;
    EXPECT_EQ(streamed.failure.http_status, 200) << name;
    std::string type = name;
    type[0] = static_cast<char>(type[0] - 'a' + 'A');
    EXPECT_EQ(streamed.failure.provider_code, type);
    const Decoded whole = TheCodec().Decode(
        {status, {{"x-amzn-errortype", type + ":http://internal.amazon.com/"}}, R"({"message":"It broke"})"},
        {});
    EXPECT_EQ(std::get<router::FailedAttempt>(whole).failure, failure) << name;
    EXPECT_EQ(std::get<router::FailedAttempt>(whole).provider_code, type) << name;
  }
}

TEST(BedrockStreamTest, AnExceptionsSentenceCounts) {
  const auto failure = [](const std::string& sentence) {
    return Stream(Start() + ExceptionFrame("validationException", R"({"message":")" + sentence + "\"}"))
        .failure.failure;
  };
  EXPECT_EQ(failure("Input is too long for requested model."), Failure::kContextLength);
  EXPECT_EQ(failure("The provided model identifier is invalid."), Failure::kModelNotFound);
}

TEST(BedrockStreamTest, AnErrorSaysInItsHeadersWhatItIs) {
  const auto error = [](const std::string& code, const std::string& text) {
    const Streamed streamed =
        Stream(Start() + Text(0, "a") +
               Frame(TextHeader(":message-type", "error") + TextHeader(":error-code", code) +
                         TextHeader(":error-message", text),
                     ""));
    EXPECT_TRUE(streamed.failed()) << code;
    return streamed.failure;
  };
  EXPECT_EQ(error("ThrottlingException", "Slow down").failure, Failure::kRateLimited);
  EXPECT_EQ(error("ThrottlingException", "Slow down").message, "Slow down");
  EXPECT_EQ(error("503", "").failure, Failure::kOverloaded);
  EXPECT_EQ(error("InternalError", "An internal server error occurred").failure, Failure::kServerError);
  EXPECT_EQ(error("InternalError", "").provider_code, "InternalError");
}

TEST(BedrockStreamTest, AnUnknownExceptionIsAServersError) {
  EXPECT_EQ(Stream(Start() + ExceptionFrame("newException", "")).failure.failure, Failure::kServerError);
  EXPECT_EQ(Stream(ExceptionFrame("", "no JSON")).failure.failure, Failure::kServerError);
}

TEST(BedrockStreamTest, AnExceptionAfterTheStopSpoilsTheAnswer) {
  const Streamed streamed = Stream(Start() + Text(0, "a") + Stop() +
                                   ExceptionFrame("internalServerException", R"({"message":"x"})"));
  EXPECT_EQ(streamed.failure.failure, Failure::kServerError);
}

TEST(BedrockStreamTest, AnErrorEndsTheStreamWhereverItComes) {
  const std::vector<std::string> events = {Start(),
                                           Text(0, "a"),
                                           BlockStop(0),
                                           BlockStart(1, R"({"toolUse":{"toolUseId":"t","name":"f"}})"),
                                           Piece(1, R"({"toolUse":{"input":"{}"}})"),
                                           BlockStop(1),
                                           Stop("tool_use"),
                                           Metadata()};
  for (std::size_t place = 0; place < events.size(); ++place) {
    for (const auto& [event, failure] :
         {std::pair(ExceptionFrame("throttlingException", "{}"), Failure::kRateLimited),
          std::pair(EventFrame("contentBlockDelta", "{"), Failure::kMalformed),
          std::pair(EventFrame("contentBlockStop", "[]"), Failure::kMalformed),
          std::pair(std::string(16, 'x'), Failure::kMalformed)}) {
      std::string body;
      for (std::size_t i = 0; i < events.size(); ++i) body += i == place ? event + events[i] : events[i];
      const Streamed streamed = Stream(body);
      EXPECT_EQ(streamed.fed, StreamState::kFailed) << place;
      EXPECT_EQ(streamed.failure.failure, failure) << place;
    }
  }
}

TEST(BedrockStreamTest, WhatCannotBeReadIsMalformed) {
  for (const std::string& event :
       {EventFrame("messageStart", ""), EventFrame("contentBlockDelta", R"({"contentBlockIndex":0})"),
        Piece(0, R"("text")"), Piece(0, R"({"toolUse":{"input":"{}"}})"),
        BlockStart(0, R"({"toolUse":{"toolUseId":"t"}})"), Piece(0, "{\"text\":\"\xff\"}")}) {
    const Streamed streamed = Stream(Start() + event);
    EXPECT_EQ(streamed.fed, StreamState::kFailed);
    EXPECT_EQ(streamed.failure.failure, Failure::kMalformed) << streamed.failure.message;
    EXPECT_FALSE(streamed.failure.message.empty());
  }
  std::string turned = Hello();
  turned[turned.size() - 5] = static_cast<char>(turned[turned.size() - 5] ^ 1);
  EXPECT_EQ(Stream(turned).failure.failure, Failure::kMalformed);
}

TEST(BedrockStreamTest, AWordForABreakdownIsAFailure) {
  const Streamed streamed = Stream(Start() + Text(0, "a") + Stop("malformed_model_output") + Metadata());
  EXPECT_EQ(streamed.failure.failure, Failure::kServerError);
}

TEST(BedrockStreamTest, AGuardrailsWordIsAnAnswer) {
  const Streamed streamed = Stream(Start() + Text(0, "Sorry.") + Stop("guardrail_intervened") + Metadata());
  ASSERT_TRUE(streamed.complete());
  EXPECT_EQ(streamed.answer.choices(0).finish_reason(), "content_filter");
}

TEST(BedrockStreamTest, ErrorsInJsonAreReadAsOfAnyResponse) {
  HttpResponse refused{
      429,
      {{"x-amzn-errortype", "ThrottlingException:http://x/"}, {"content-type", "application/json"}},
      R"({"message":"Too many requests"})"};
  EXPECT_EQ(StreamOf(TheCodec(), refused).failure.failure, Failure::kRateLimited);
  EXPECT_EQ(StreamOf(TheCodec(), refused).failure.http_status, 429);
  EXPECT_EQ(Stream(R"({"message":"Internal error"})").failure.failure, Failure::kServerError);
  EXPECT_EQ(Stream("<html>no</html>").failure.failure, Failure::kMalformed);
  EXPECT_EQ(Stream("").failure.failure, Failure::kTruncated);
}

TEST(BedrockStreamTest, AWholeAnswerInPlaceOfAStreamIsOne) {
  const Streamed streamed =
      StreamOf(TheCodec(),
               {200, {}, R"({"output":{"message":{"content":[{"text":"Hello"}]}},"stopReason":"end_turn"})"});
  ASSERT_TRUE(streamed.complete());
  EXPECT_EQ(streamed.text(), "Hello");
}

TEST(BedrockStreamTest, ALongAnswerIsReadPieceByPiece) {
  auto decoder = TheCodec().NewStreamDecoder(Response(""), {});
  std::vector<v1::Delta> deltas;
  const std::string piece = Piece(0, R"({"text":")" + std::string(1000, 'x') + "\"}") +
                            Piece(1, R"({"reasoningContent":{"text":")" + std::string(1000, 'y') + "\"}}");
  std::size_t size = 0;
  decoder->Feed(Start(), deltas);
  for (int i = 0; i < 5000; ++i) {
    decoder->Feed(piece, deltas);
    for (const v1::Delta& delta : deltas) size += delta.content().size() + delta.reasoning_content().size();
    ASSERT_EQ(deltas.size(), 2u);
    deltas.clear();
  }
  EXPECT_EQ(size, 10'000'000u);
  EXPECT_EQ(decoder->Feed(Stop() + Metadata(), deltas), StreamState::kComplete);
}

}  // namespace
}  // namespace spillway::providers
