// Streamed answers of Gemini.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "providers/codec.h"
#include "tests/providers/gemini_encoding.h"
#include "tests/providers/stream_of.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using google::protobuf::util::MessageDifferencer;
using router::Failure;

const Codec& TheCodec() {
  static const auto* const kCodec = MakeCodec(v1::API_GEMINI, {.model = "gemini-2.5-flash"}).release();
  return *kCodec;
}

Streamed Stream(const std::string& body, int choices = 1) { return StreamOf(TheCodec(), body, choices); }

using Chunks = std::vector<std::string>;

std::string Event(const std::string& chunk) { return "data: " + chunk + "\r\n\r\n"; }

std::string Events(const Chunks& chunks) {
  std::string out;
  for (const std::string& chunk : chunks) out += Event(chunk);
  return out;
}

// As Google sends it to those who do not ask for events.
std::string List(const Chunks& chunks) {
  std::string out = "[";
  for (const std::string& chunk : chunks) out += (out.size() == 1 ? "" : "\n,\r\n") + chunk;
  return out + "\n]\n";
}

std::string Candidate(const std::string& parts, const std::string& rest = "") {
  return R"({"content":{"parts":)" + parts + R"(,"role":"model"})" + rest + R"(,"index":0})";
}

constexpr char kStop[] = R"(,"finishReason":"STOP")";
constexpr char kUsage[] =
    R"("usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"thoughtsTokenCount":1,"totalTokenCount":6})";

std::string Chunk(const std::string& candidate, const std::string& rest = kUsage) {
  return R"({"candidates":[)" + candidate + "]," + rest +
         R"(,"modelVersion":"gemini-x-001","responseId":"id"})";
}

std::string Text(const std::string& text, const std::string& rest = "") {
  return Chunk(Candidate(R"([{"text":")" + text + "\"}]", rest));
}

// The stream of these chunks, in both its forms, is what a whole answer of this one candidate is.
void ExpectSame(const Chunks& chunks, const std::string& candidate) {
  const Decoded decoded = TheCodec().Decode({200, {}, Chunk(candidate)}, {});
  const auto* whole = std::get_if<v1::ChatResponse>(&decoded);
  ASSERT_NE(whole, nullptr) << std::get<router::FailedAttempt>(decoded).message;
  for (const std::string& body : {Events(chunks), List(chunks)}) {
    const Streamed streamed = Stream(body);
    ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
    std::string difference;
    MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(*whole, streamed.answer)) << difference;
  }
}

std::string PathOf(TargetSpec spec) {
  const auto request = Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "hi" })");
  return MakeCodec(v1::API_GEMINI, std::move(spec))->EncodeStream(request).value().path;
}

TEST(GeminiStreamTest, AStreamIsAskedForInEvents) {
  EXPECT_EQ(PathOf({.model = "gemini-x"}), "/v1beta/models/gemini-x:streamGenerateContent?alt=sse");
  EXPECT_EQ(PathOf({.base_path = kVertexBase, .model = "gemini-x"}),
            "/v1/projects/p/locations/l/publishers/google/models/gemini-x:streamGenerateContent?alt=sse");
  EXPECT_EQ(PathOf({.base_path = "/v1/publishers/google", .model = "gemini-x"}),
            "/v1/publishers/google/models/gemini-x:streamGenerateContent?alt=sse");
  EXPECT_EQ(PathOf({.model = "m", .path = "/my/own?x=1"}), "/my/own?x=1");
}

TEST(GeminiStreamTest, TheRequestDiffersFromAWholeAnswersOnlyInPathAndType) {
  auto request =
      Proto<v1::ChatRequest>(R"(messages { role: ROLE_USER content: "hi" } n: 2 model: "gemini-9")");
  const EncodedRequest streamed = TheCodec().EncodeStream(request).value();
  EXPECT_EQ(streamed.body, TheCodec().Encode(request).value().body);
  EXPECT_EQ(streamed.choices, 2);
  ASSERT_EQ(streamed.headers.size(), 2u);
  EXPECT_EQ(streamed.headers[1].second, "text/event-stream");
  const auto own = MakeCodec(v1::API_GEMINI, {});
  EXPECT_EQ(own->EncodeStream(request).value().path, "/v1beta/models/gemini-9:streamGenerateContent?alt=sse");
  request.clear_model();
  EXPECT_FALSE(own->EncodeStream(request).ok());
}

TEST(GeminiStreamTest, AnAnswerIsReadWhole) {
  const Chunks chunks = {Text("Hel"), Text("lo"),
                         Chunk(R"({"content":{"role":"model"},"finishReason":"STOP"})")};
  for (const std::string& body : {Events(chunks), List(chunks)}) {
    const Streamed streamed = Stream(body);
    ASSERT_EQ(streamed.deltas.size(), 2u);
    EXPECT_TRUE(SameProto(streamed.deltas[0], R"(role: ROLE_ASSISTANT content: "Hel")"));
    EXPECT_TRUE(SameProto(streamed.deltas[1], R"(content: "lo")"));
    EXPECT_TRUE(SameProto(streamed.answer, R"pb(
      id: "id"
      model: "gemini-x-001"
      choices {
        message { role: ROLE_ASSISTANT content: "Hello" }
        finish_reason: "stop"
        extra {
          fields {
            key: "native_finish_reason"
            value { string_value: "STOP" }
          }
        }
      }
      usage { prompt_tokens: 3 completion_tokens: 3 total_tokens: 6 reasoning_tokens: 1 }
    )pb"));
  }
}

TEST(GeminiStreamTest, TextIsGivenOutWithItsEvent) {
  auto decoder = TheCodec().NewStreamDecoder({200, {}, ""}, {});
  std::vector<v1::Delta> deltas;
  EXPECT_EQ(decoder->Feed(Event(Text("a")), deltas), StreamState::kOpen);
  EXPECT_EQ(deltas.size(), 1u);
  // An element of a list needs not even its comma.
  auto list = TheCodec().NewStreamDecoder({200, {}, ""}, {});
  EXPECT_EQ(list->Feed("[" + Text("a"), deltas), StreamState::kOpen);
  EXPECT_EQ(deltas.size(), 2u);
}

TEST(GeminiStreamTest, EventsEndWithTheirBytesAndAListWithItsBracket) {
  const Chunks chunks = {Text("a"), Text("b", kStop)};
  EXPECT_EQ(Stream(Events(chunks)).fed, StreamState::kFinished);
  EXPECT_EQ(Stream(List(chunks)).fed, StreamState::kComplete);
  std::string open = List(chunks);
  open.resize(open.rfind(']'));
  const Streamed cut = Stream(open);
  EXPECT_EQ(cut.fed, StreamState::kFinished);
  EXPECT_TRUE(cut.complete());
}

TEST(GeminiStreamTest, AStreamThatSaysStopInEveryEventEndsWithItsBytes) {
  const Chunks chunks = {Text("First ", kStop), Text("second ", kStop), Text("third.", kStop)};
  const Streamed streamed = Stream(Events(chunks));
  EXPECT_TRUE(streamed.complete());
  EXPECT_EQ(streamed.text(), "First second third.");
  // Not even its first event makes it look finished.
  EXPECT_EQ(Stream(Event(chunks[0])).fed, StreamState::kOpen);
  EXPECT_TRUE(Stream(Event(chunks[0])).complete());
  // Where the form has an end of its own, it must be there.
  EXPECT_EQ(Stream("[" + chunks[0]).failure.failure, Failure::kTruncated);
  EXPECT_TRUE(Stream("[" + chunks[0] + "]").complete());
}

TEST(GeminiStreamTest, WhatComesAfterTheEndWordStillCounts) {
  const Streamed streamed =
      Stream(Events({Text("a"), Text("b", kStop), Chunk(R"({"index":0,"groundingMetadata":{"g":1}})"),
                     R"({"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":5}})"}));
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  EXPECT_EQ(streamed.answer.usage().total_tokens(), 10);
  EXPECT_TRUE(streamed.answer.choices(0).extra().fields().contains("groundingMetadata"));
}

TEST(GeminiStreamTest, AStreamSaysWhatAWholeAnswerSays) {
  ExpectSame({Text("a"), Text("b"), Text("c", kStop)}, Candidate(R"([{"text":"abc"}])", kStop));
  ExpectSame({Text("a", R"(,"finishReason":"MAX_TOKENS")")},
             Candidate(R"([{"text":"a"}])", R"(,"finishReason":"MAX_TOKENS")"));
  // Thoughts, then calls with their signatures, with and without ids.
  const std::string thought = R"({"text":"hm","thought":true})";
  const std::string call = R"({"functionCall":{"name":"f","args":{"a":1.0}},"thoughtSignature":"S"})";
  const std::string second = R"({"functionCall":{"name":"f"}})";
  const std::string third = R"({"functionCall":{"id":"own","name":"g","args":{}}})";
  ExpectSame(
      {Chunk(Candidate("[" + thought + "]")), Text("I look."),
       Chunk(Candidate("[" + call + "," + second + "]")), Chunk(Candidate("[" + third + "]", kStop))},
      Candidate("[" + thought + R"(,{"text":"I look."},)" + call + "," + second + "," + third + "]", kStop));
  // A signature beside the text, in an empty text after it, in an empty text before calls.
  ExpectSame({Chunk(Candidate(R"([{"text":"a","thoughtSignature":"S"}])", kStop))},
             Candidate(R"([{"text":"a","thoughtSignature":"S"}])", kStop));
  ExpectSame({Text("a"), Text("b"), Chunk(Candidate(R"([{"text":"","thoughtSignature":"S"}])", kStop))},
             Candidate(R"([{"text":"ab"},{"text":"","thoughtSignature":"S"}])", kStop));
  ExpectSame({Chunk(Candidate(R"([{"text":"","thoughtSignature":"R"}])")),
              Chunk(Candidate("[" + call + "]", kStop))},
             Candidate(R"([{"text":"","thoughtSignature":"R"},)" + call + "]", kStop));
  // Parts without a field, in their order.
  ExpectSame(
      {Chunk(Candidate(R"([{"executableCode":{"code":"1"}}])")), Text("a"), Text("b"),
       Chunk(Candidate(R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"}}])")), Text("c", kStop)},
      Candidate(R"([{"executableCode":{"code":"1"}},{"text":"ab"},
                           {"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"text":"c"}])",
                kStop));
  // Nothing at all, but the end.
  ExpectSame({Chunk(R"({"content":{"role":"model"},"finishReason":"STOP","index":0})")},
             R"({"content":{"role":"model"},"finishReason":"STOP","index":0})");
  ExpectSame({Text("", kStop)}, Candidate(R"([{"text":""}])", kStop));
  // Log probabilities, token by token.
  const auto token = [](const std::string& t) { return R"({"token":")" + t + R"(","logProbability":-1})"; };
  const auto chosen = [](const std::string& list) {
    return R"(,"logprobsResult":{"chosenCandidates":[)" + list + "]}";
  };
  ExpectSame({Text("a", chosen(token("a"))), Text("b", chosen(token("b")) + kStop)},
             Candidate(R"([{"text":"ab"}])", chosen(token("a") + "," + token("b")) + kStop));
}

TEST(GeminiStreamTest, OfWhatIsSaidAgainTheLatestCounts) {
  ExpectSame({Text("a", R"(,"safetyRatings":[{"probability":"LOW"}],"groundingMetadata":{"q":["a"],"s":1})"),
              Text("b", R"(,"safetyRatings":[{"probability":"HIGH"}],"groundingMetadata":{"q":["b"],"c":2})"),
              Text("", std::string(R"(,"finishMessage":"m")") + kStop)},
             Candidate(R"([{"text":"ab"}])",
                       std::string(R"(,"safetyRatings":[{"probability":"HIGH"}],"finishMessage":"m",
                                   "groundingMetadata":{"q":["b"],"s":1,"c":2})") +
                           kStop));
}

TEST(GeminiStreamTest, CitationsAddUp) {
  ExpectSame(
      {Text("a", R"(,"citationMetadata":{"citationSources":[{"uri":"u"}]})"),
       Text("b", std::string(R"(,"citationMetadata":{"citationSources":[{"uri":"v"}]})") + kStop)},
      Candidate(R"([{"text":"ab"}])",
                std::string(R"(,"citationMetadata":{"citationSources":[{"uri":"u"},{"uri":"v"}]})") + kStop));
}

TEST(GeminiStreamTest, TheLatestUsageThatCountsTokensCounts) {
  const auto usage = [](const std::string& figures) { return R"("usageMetadata":{)" + figures + "}"; };
  const std::string a = Candidate(R"([{"text":"a"}])");
  const Streamed streamed = Stream(
      Events({Chunk(a, usage(R"("promptTokenCount":3)")), Chunk(a, usage(R"("trafficType":"ON_DEMAND")")),
              Chunk(a, usage(R"("promptTokenCount":3,"candidatesTokenCount":1,"trafficType":"ON_DEMAND")")),
              Chunk(Candidate("[]", kStop), usage(R"("trafficType":"ON_DEMAND")"))}));
  ASSERT_TRUE(streamed.complete());
  EXPECT_EQ(streamed.answer.usage().total_tokens(), 4);
  EXPECT_TRUE(streamed.answer.usage().extra().fields().contains("trafficType"));
  EXPECT_FALSE(Stream(Events({R"({"candidates":[{"finishReason":"STOP"}]})"})).ending.usage.has_value());
}

TEST(GeminiStreamTest, CandidatesAreChoices) {
  const auto piece = [](int index, const std::string& text, const std::string& rest) {
    return R"({"content":{"parts":[{"text":")" + text + "\"}]}" + rest + R"(,"index":)" +
           std::to_string(index) + "}";
  };
  const Chunks chunks = {Chunk(piece(1, "x", "")), Chunk(piece(0, "a", "") + "," + piece(1, "y", kStop)),
                         Chunk(piece(0, "b", R"(,"finishReason":"MAX_TOKENS")"))};
  const Streamed streamed = Stream(Events(chunks), 2);
  EXPECT_EQ(streamed.fed, StreamState::kFinished);
  ASSERT_EQ(streamed.answer.choices_size(), 2);
  EXPECT_EQ(streamed.answer.choices(0).message().content(), "ab");
  EXPECT_EQ(streamed.answer.choices(0).finish_reason(), "length");
  EXPECT_EQ(streamed.answer.choices(1).message().content(), "xy");
  EXPECT_EQ(streamed.answer.choices(1).finish_reason(), "stop");
  const Streamed cut = Stream(Events({chunks[0], chunks[1]}), 2);
  EXPECT_EQ(cut.fed, StreamState::kOpen);
  EXPECT_EQ(cut.failure.failure, Failure::kTruncated);
  // Fewer than were asked for are what the provider had to give.
  EXPECT_TRUE(Stream(Events({Text("a"), Text("b", kStop)}), 2).complete());
}

TEST(GeminiStreamTest, CutAnywhereBeforeItsEndItIsNoAnswer) {
  const std::string before = Events({Text("Hel"), Text("lo")});
  const std::string last = R"(data: {"candidates":[{"finishReason":"STOP"}]})";
  const std::string body = before + last + "\r\n\r\n";
  const std::string list = List({Text("Hel"), Text("lo"), R"({"candidates":[{"finishReason":"STOP"}]})"});
  const auto cut = [](const std::string& bytes, std::size_t size) {
    return Play(*TheCodec().NewStreamDecoder({200, {}, ""}, {}), {std::string_view(bytes).substr(0, size)});
  };
  for (std::size_t i = 0; i < before.size() + last.size(); ++i) {
    const Streamed streamed = cut(body, i);
    ASSERT_TRUE(streamed.failed()) << i;
    EXPECT_EQ(streamed.failure.failure, Failure::kTruncated) << i << streamed.failure.message;
  }
  for (std::size_t i = before.size() + last.size(); i <= body.size(); ++i)
    EXPECT_TRUE(cut(body, i).complete()) << i;
  const std::size_t stop = list.rfind('}') + 1;
  for (std::size_t i = 0; i < stop; ++i) {
    const Streamed streamed = cut(list, i);
    ASSERT_TRUE(streamed.failed()) << i;
    EXPECT_EQ(streamed.failure.failure, Failure::kTruncated) << i << streamed.failure.message;
  }
}

struct Fault {
  const char* what;
  std::string text;
  Failure failure;
};

const std::vector<Fault>& Faults() {
  static const std::vector<Fault> kFaults = {
      {"an error object",
       R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})",
       Failure::kOverloaded},
      {"an error object in a list", R"([{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}])",
       Failure::kRateLimited},
      {"a block", R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}})", Failure::kContentFilter},
      {"no JSON", R"({"candidates":]})", Failure::kMalformed},
      {"no object", "17", Failure::kMalformed},
      {"candidates that are no list", R"({"candidates":{}})", Failure::kMalformed},
      {"a candidate that is no object", R"({"candidates":[1]})", Failure::kMalformed},
      {"content that is no object", R"({"candidates":[{"content":"a"}]})", Failure::kMalformed},
      {"a part that is no object", R"({"candidates":[{"content":{"parts":["a"]}}]})", Failure::kMalformed},
      {"a call of nothing", R"({"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]})",
       Failure::kMalformed},
      {"text that is no UTF-8", "{\"responseId\":\"\xff\"}", Failure::kMalformed},
      {"a breakdown", R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]})",
       Failure::kServerError},
  };
  return kFaults;
}

TEST(GeminiStreamTest, AFaultEndsTheStreamWhereverItComes) {
  const Chunks good = {Text("a"), Text("b"), Text("c", kStop)};
  for (const Fault& fault : Faults()) {
    for (std::size_t place = 0; place <= good.size(); ++place) {
      Chunks chunks = good;
      chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(place), fault.text);
      const Streamed events = Stream(Events(chunks));
      EXPECT_EQ(events.fed, StreamState::kFailed) << fault.what << place;
      EXPECT_EQ(events.failure.failure, fault.failure) << fault.what << place << events.failure.message;
      EXPECT_EQ(events.text(), std::string("abc").substr(0, place)) << fault.what;
      EXPECT_EQ(events.failure.http_status, 200);
      const Streamed list = Stream(List(chunks));
      EXPECT_EQ(list.fed, StreamState::kFailed) << fault.what << place;
      EXPECT_EQ(list.text(), std::string("abc").substr(0, place)) << fault.what;
    }
  }
}

TEST(GeminiStreamTest, ABareErrorAfterGoodEventsIsTheFailure) {
  const std::string error =
      "{\n  \"error\": {\n    \"code\": 499,\n    \"message\": \"The operation was cancelled.\",\n"
      "    \"status\": \"CANCELLED\",\n    \"details\": [\n      {\n        \"detail\": \"[ORIGINAL "
      "ERROR]\"\n"
      "      }\n    ]\n  }\n}\n";
  for (const std::string& body : {Event(Text("a")) + error, Event(Text("a")) + error + "\n",
                                  Events({Text("a", kStop), Text("b", kStop)}) + error}) {
    const Streamed streamed = Stream(body);
    ASSERT_TRUE(streamed.failed());
    EXPECT_EQ(streamed.failure.failure, Failure::kServerError);
    EXPECT_EQ(streamed.failure.message, "The operation was cancelled.");
    EXPECT_EQ(streamed.failure.provider_code, "CANCELLED");
  }
  const std::string quota =
      R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34s"}]}})";
  const Streamed limited = Stream(Event(Text("a")) + quota);
  EXPECT_EQ(limited.failure.failure, Failure::kRateLimited);
  EXPECT_EQ(limited.failure.retry_after, std::chrono::seconds(34));
}

TEST(GeminiStreamTest, OtherTextBetweenEventsIsMalformed) {
  EXPECT_EQ(Stream(Event(Text("a")) + "<html>502</html>\n\n").failure.failure, Failure::kMalformed);
  EXPECT_EQ(Stream(List({Text("a"), "<html>"})).failure.failure, Failure::kMalformed);
  EXPECT_EQ(Stream("[" + Text("a") + Text("b")).failure.failure, Failure::kMalformed);
  // In a list, too, it is noticed at once.
  EXPECT_EQ(Stream("[" + Text("a") + ",{\"candidates\":[}").fed, StreamState::kFailed);
}

TEST(GeminiStreamTest, ABlockedPromptIsRefused) {
  const std::string blocked =
      R"({"promptFeedback":{"blockReason":"SAFETY","safetyRatings":[{"probability":"HIGH"}]}})";
  for (const std::string& body : {Event(blocked), "data: " + blocked + "\r\n", "[" + blocked + "]"}) {
    const Streamed streamed = Stream(body);
    EXPECT_EQ(streamed.failure.failure, Failure::kContentFilter);
    EXPECT_EQ(streamed.failure.message, "the prompt was blocked: SAFETY");
    EXPECT_EQ(streamed.failure.provider_code, "SAFETY");
    EXPECT_TRUE(streamed.deltas.empty());
  }
}

TEST(GeminiStreamTest, APromptsRatingsAreNoBlock) {
  const Streamed streamed = Stream(Events(
      {R"({"promptFeedback":{"safetyRatings":[{"probability":"LOW"}]}})", Text("a"), Text("b", kStop)}));
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  EXPECT_TRUE(streamed.answer.extra().fields().contains("promptFeedback"));
}

TEST(GeminiStreamTest, WithoutCandidatesThereIsNoAnswer) {
  EXPECT_EQ(Stream(Event(R"({"usageMetadata":{"promptTokenCount":3}})")).failure.failure,
            Failure::kServerError);
  EXPECT_EQ(Stream(Event(R"({"responseId":"r"})")).failure.failure, Failure::kMalformed);
  EXPECT_EQ(Stream("[]").failure.failure, Failure::kTruncated);
  EXPECT_EQ(Stream("").failure.failure, Failure::kTruncated);
  EXPECT_EQ(Stream("\r\n").failure.failure, Failure::kTruncated);
  EXPECT_EQ(Stream(Event(R"({"candidates":[],"usageMetadata":{}})") + Event(Text("a"))).failure.failure,
            Failure::kTruncated);
}

TEST(GeminiStreamTest, EndWordsAreReadAsInAWholeAnswer) {
  const auto reason = [](const std::string& word) {
    const Streamed streamed = Stream(Events({Text("a"), Text("", R"(,"finishReason":)" + word)}));
    return streamed.complete() ? streamed.answer.choices(0).finish_reason() : std::string("none");
  };
  EXPECT_EQ(reason("\"STOP\""), "stop");
  EXPECT_EQ(reason("\"SAFETY\""), "content_filter");
  EXPECT_EQ(reason("\"A_NEW_WORD\""), "stop");
  EXPECT_EQ(reason("2"), "length");
  EXPECT_EQ(reason("\"UNEXPECTED_TOOL_CALL\""), "none");
  EXPECT_EQ(reason("null"), "none");
  EXPECT_EQ(reason("\"\""), "none");
}

TEST(GeminiStreamTest, CallsWithoutAnIdGetThatOfAWholeAnswer) {
  const std::string call = R"({"functionCall":{"name":"f","args":{}}})";
  const Streamed streamed =
      Stream(Events({Chunk(Candidate("[" + call + "]")), Chunk(Candidate("[" + call + "]", kStop))}));
  ASSERT_TRUE(streamed.complete());
  ASSERT_EQ(streamed.answer.choices(0).message().tool_calls_size(), 2);
  EXPECT_EQ(streamed.deltas[1].tool_calls(0).index(), 1);
  EXPECT_NE(streamed.deltas[0].tool_calls(0).id(), streamed.deltas[1].tool_calls(0).id());
  const Decoded whole =
      TheCodec().Decode({200, {}, Chunk(Candidate("[" + call + "," + call + "]", kStop))}, {});
  EXPECT_EQ(std::get<v1::ChatResponse>(whole).choices(0).message().tool_calls(1).id(),
            streamed.deltas[1].tool_calls(0).id());
  // Without an id of the answer, the bytes tell one from the other.
  const auto id = [](const std::string& argument) {
    const Streamed other =
        Stream(Event(R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":)" +
                     argument + R"(}}}]},"finishReason":"STOP"}]})"));
    return other.answer.choices(0).message().tool_calls(0).id();
  };
  EXPECT_NE(id("1"), id("2"));
}

TEST(GeminiStreamTest, TheMarkOfOtherStreamsEndsThisToo) {
  const Streamed streamed = Stream(Event(Text("a", kStop)) + "data: [DONE]\n\n");
  EXPECT_EQ(streamed.fed, StreamState::kComplete);
  EXPECT_EQ(Stream(Event(Text("a")) + "data: [DONE]\n\n").failure.failure, Failure::kTruncated);
  EXPECT_EQ(Stream(Event(Text("a")) + "data: [DO").failure.failure, Failure::kTruncated);
  EXPECT_TRUE(Stream(Event(Text("a", kStop)) + "data: [DO").complete());
}

TEST(GeminiStreamTest, ErrorsInPlaceOfAStreamAreReadAsOfAnyResponse) {
  const std::string error = R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}})";
  for (const std::string& body : {error, "[" + error + "]"}) {
    const Streamed refused = StreamOf(TheCodec(), {429, {}, body});
    EXPECT_EQ(refused.failure.failure, Failure::kRateLimited);
    EXPECT_EQ(refused.failure.http_status, 429);
    EXPECT_EQ(Stream(body).failure.failure, Failure::kRateLimited);
  }
  EXPECT_EQ(Stream("<html>no</html>").failure.failure, Failure::kMalformed);
}

TEST(GeminiStreamTest, AWholeAnswerInPlaceOfAStreamIsOne) {
  const Streamed streamed = Stream(Text("Hello", kStop));
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  EXPECT_EQ(streamed.text(), "Hello");
}

TEST(GeminiStreamTest, ALongSignedAnswerIsKeptAsTwoParts) {
  auto decoder = TheCodec().NewStreamDecoder({200, {}, ""}, {});
  std::vector<v1::Delta> deltas;
  const std::string event = Event(Text(std::string(1000, 'x')));
  std::size_t size = 0;
  for (int i = 0; i < 10'000; ++i) {
    decoder->Feed(event, deltas);
    ASSERT_EQ(deltas.size(), 1u);
    size += deltas[0].content().size();
    deltas.clear();
  }
  EXPECT_EQ(size, 10'000'000u);
  decoder->Feed(Event(Chunk(Candidate(R"([{"text":"","thoughtSignature":"S"}])", kStop))), deltas);
  EXPECT_EQ(decoder->Finish(deltas), StreamState::kComplete);
  ASSERT_EQ(deltas.size(), 1u);
  const auto& parts =
      deltas[0].extra().fields().at("gemini").struct_value().fields().at("parts").list_value();
  ASSERT_EQ(parts.values_size(), 2);
  EXPECT_EQ(parts.values(0).struct_value().fields().at("text").string_value().size(), 10'000'000u);
}

}  // namespace
}  // namespace spillway::providers
