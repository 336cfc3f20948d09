#include "providers/event_decoder.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "providers/lacking_codec.h"
#include "providers/overriding_codec.h"
#include "tests/providers/stream_of.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

// An API whose events are words of choice 0; "." ends it.
class WordsDecoder final : public SseDecoder {
 public:
  using SseDecoder::SseDecoder;

 protected:
  void OnEvent(const SseEvent& event) override {
    if (event.data == ".") return answer().EndChoice(0, "stop");
    if (event.data.starts_with('"')) return answer().FailUnreadable(JsonDocument(event.data));
    const JsonDocument document(event.data);
    if (document.ok() && FailIfError(document.root())) return;
    v1::Delta delta;
    delta.set_content(std::string(event.data));
    answer().Add(std::move(delta));
  }
};

class WordsCodec final : public Codec {
 public:
  explicit WordsCodec(std::string_view whole_begins = kWholeBegins) : whole_begins_(whole_begins) {}

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest&) const override { return EncodedRequest(); }
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override {
    EncodedRequest encoded;
    encoded.path = "/stream/" + request.user();
    return encoded;
  }
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override {
    return openai_->Decode(response, context);
  }
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override {
    return StreamOrWhole(*this, head, context, std::make_unique<WordsDecoder>(head, context), whole_begins_);
  }

 private:
  const std::unique_ptr<const Codec> openai_ = MakeCodec(v1::API_OPENAI, {});
  const std::string_view whole_begins_;
};

Streamed Read(const std::string& body) { return StreamOf(WordsCodec(), body); }

TEST(SseDecoderTest, TheBytesMayEndWithoutAnEndMarkOnceTheAnswerHas) {
  const Streamed read = Read("data: a\n\ndata: b\n\ndata: .");
  EXPECT_TRUE(read.complete());
  EXPECT_EQ(read.fed, StreamState::kOpen);
  EXPECT_EQ(read.text(), "ab");
  EXPECT_EQ(Read("data: a\n\ndata: .\n\n").fed, StreamState::kFinished);
}

TEST(SseDecoderTest, TheEndMarkCompletesAndWhatFollowsIsNoMatter) {
  const Streamed read =
      Read("data: a\n\ndata: .\n\ndata: [DONE]\n\ndata: [DONE]\n\ndata: b\n\n{\"error\":1}\n\n");
  EXPECT_EQ(read.fed, StreamState::kComplete);
  EXPECT_EQ(read.text(), "a");
  EXPECT_EQ(Read("data: a\n\ndata: .\n\nevent: x\ndata: [DONE] \n\n").fed, StreamState::kComplete);
}

TEST(SseDecoderTest, TheEndMarkBeforeTheEndTruncates) {
  for (const char* body : {"data: a\n\ndata: [DONE]\n\n", "data: a\n\n", "data: [DONE]\n\n", "",
                           "\n\n: ping\n\n", "plain text"}) {
    const Streamed read = Read(body);
    EXPECT_EQ(read.failure.failure, Failure::kTruncated) << body;
    EXPECT_EQ(read.failure.http_status, 200);
  }
}

TEST(SseDecoderTest, AnEventNamedErrorIsOneWhateverItSays) {
  const Streamed json =
      Read("data: a\n\nevent: error\ndata: {\"error\":{\"type\":\"overloaded_error\"}}\n\n");
  EXPECT_EQ(json.failure.failure, Failure::kOverloaded);
  EXPECT_EQ(json.failure.provider_code, "overloaded_error");
  EXPECT_EQ(json.failure.http_status, 200);
  EXPECT_EQ(json.text(), "a");
  const Streamed text = Read("event: error\ndata: Rate limit exceeded\n\n");
  EXPECT_TRUE(text.failed());
  EXPECT_EQ(text.failure.message, "Rate limit exceeded");
}

TEST(SseDecoderTest, StrayTextIsTheErrorItReportsOrUnreadable) {
  const Streamed object =
      Read("data: a\n\n{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"busy\"\n  }\n}\n");
  EXPECT_EQ(object.failure.failure, Failure::kOverloaded);
  EXPECT_EQ(object.failure.message, "busy");
  const Streamed list = Read("data: a\n\n[{\"error\":{\"code\":429,\"message\":\"slow down\"}}]\n\n");
  EXPECT_EQ(list.failure.failure, Failure::kRateLimited);
  const Streamed bare = Read("data: a\n\n{\"message\":\"Too many requests\"}");
  EXPECT_EQ(bare.failure.message, "Too many requests");
  for (const char* text : {"<html>busy</html>", "{\"a\":1}", "{a}", "[1]", "[{\"a\":1},{\"error\":1}]"}) {
    const Streamed read = Read(std::string("data: a\n\n") + text + "\n\n");
    EXPECT_EQ(read.failure.failure, Failure::kMalformed) << text;
  }
}

TEST(SseDecoderTest, WhatIsCutOffAtTheEndIsTruncated) {
  EXPECT_EQ(Read("data: a\n\n{\"error\": {").failure.failure, Failure::kTruncated);
  EXPECT_EQ(Read("data: a\n\ndata: \"ab").failure.failure, Failure::kTruncated);
  EXPECT_EQ(Read("data: a\n\ndata: \"ab\n\ndata: .\n\n").failure.failure, Failure::kMalformed);
  EXPECT_TRUE(Read("data: a\n\ndata: .\n\ndata: \"ab").complete());
}

TEST(SseDecoderTest, AnEndMarkThatIsCutOffIsNone) {
  for (const char* mark : {"[", "[D", "[DON", "[DONE"}) {
    const std::string cut_off = std::string("data: ") + mark;
    EXPECT_TRUE(Read("data: a\n\ndata: .\n\n" + cut_off).complete()) << mark;
    EXPECT_EQ(Read("data: a\n\n" + cut_off).failure.failure, Failure::kTruncated) << mark;
  }
}

TEST(SseDecoderTest, AnErrorInAnEventIsFoundInAListToo) {
  EXPECT_EQ(Read("data: [{\"error\":{\"code\":503}}]\n\n").failure.failure, Failure::kOverloaded);
  EXPECT_EQ(Read("data: {\"error\":null}\n\ndata: .\n\n").text(), "{\"error\":null}");
}

TEST(SseDecoderTest, BlankDataIsNoEvent) {
  EXPECT_EQ(Read("data: a\n\ndata:  \n\ndata:\ndata:\n\ndata: .\n\n").text(), "a");
}

TEST(SseDecoderTest, AnEventThatIsTooLargeIsUnreadable) {
  WordsDecoder decoder({200, {}, ""}, {});
  std::vector<v1::Delta> deltas;
  EXPECT_EQ(decoder.Feed("data: " + std::string(kMaxSseEvent, 'x'), deltas), StreamState::kFailed);
  EXPECT_EQ(decoder.TakeFailure().failure, Failure::kMalformed);
}

TEST(SseDecoderTest, OnceCompleteOrFailedNothingHasAnEffect) {
  WordsDecoder decoder({200, {}, ""}, {});
  std::vector<v1::Delta> deltas;
  EXPECT_EQ(decoder.Feed("data: a\n\ndata: .\n\ndata: [DONE]\n\n", deltas), StreamState::kComplete);
  EXPECT_EQ(decoder.Feed("data: b\n\n", deltas), StreamState::kComplete);
  EXPECT_EQ(decoder.Finish(deltas), StreamState::kComplete);
  EXPECT_EQ(deltas.size(), 1U);
}

constexpr char kWhole[] = R"({"id":"i","choices":[{"message":{"content":"whole"},"finish_reason":"stop"},
    {"index":1,"message":{"content":"second"},"finish_reason":"length"}],"usage":{"prompt_tokens":2}})";

TEST(StreamOrWholeTest, AWholeAnswerIsOneDeltaAChoice) {
  for (const char* before : {"", "  \r\n\t", "\xEF\xBB\xBF"}) {
    const Streamed read = Read(std::string(before) + kWhole);
    ASSERT_TRUE(read.complete());
    EXPECT_EQ(read.fed, StreamState::kOpen);
    ASSERT_EQ(read.deltas.size(), 2U);
    EXPECT_TRUE(SameProto(read.deltas[0], "role: ROLE_ASSISTANT content: 'whole'"));
    const auto decoded = WordsCodec().Decode({200, {}, kWhole}, {});
    EXPECT_TRUE(SameProto(read.answer, std::get<v1::ChatResponse>(decoded).DebugString()));
  }
}

TEST(StreamOrWholeTest, WhatIsNoStreamIsReadAsAUnaryAnswerWouldBe) {
  EXPECT_EQ(Read("{\"error\":{\"message\":\"busy\",\"code\":503}}").failure.failure, Failure::kOverloaded);
  EXPECT_EQ(Read("[{\"error\":{\"message\":\"busy\",\"code\":503}}]").failure.failure, Failure::kOverloaded);
  EXPECT_EQ(Read("<html><title>Gateway</title></html>").failure.failure, Failure::kMalformed);
  EXPECT_EQ(Read("{\"choices\":[").failure.failure, Failure::kTruncated);
}

TEST(StreamOrWholeTest, AnErrorStatusIsReadWholeWhateverTheBodyLooksLike) {
  for (const char* body :
       {"{\"error\":{\"message\":\"slow down\"}}", "data: {\"error\":\"slow down\"}\n\n", ""}) {
    const Streamed read = StreamOf(WordsCodec(), HttpResponse{429, {{"retry-after", "7"}}, body});
    EXPECT_EQ(read.failure.failure, Failure::kRateLimited) << body;
    EXPECT_EQ(read.failure.http_status, 429);
    EXPECT_EQ(read.failure.retry_after, std::chrono::seconds(7));
  }
}

TEST(StreamOrWholeTest, AnApiSaysItselfWhatNoStreamBeginsWith) {
  const Streamed read = StreamOf(WordsCodec("{<"), "[ data\n\ndata: a\n\n");
  EXPECT_EQ(read.failure.failure, Failure::kMalformed);
  EXPECT_EQ(read.failure.message, "there is text in the stream that is no event");
}

TEST(StreamOrWholeTest, AWholeAnswerMustNotBeTooLarge) {
  const WordsCodec codec;
  const auto decoder = codec.NewStreamDecoder({200, {}, ""}, {});
  std::vector<v1::Delta> deltas;
  const std::string piece = "{" + std::string((1 << 20) - 1, ' ');
  for (int i = 0; i < 64; ++i) ASSERT_EQ(decoder->Feed(piece, deltas), StreamState::kOpen);
  EXPECT_EQ(decoder->Feed(" ", deltas), StreamState::kFailed);
  EXPECT_EQ(decoder->Feed(" ", deltas), StreamState::kFailed);
  EXPECT_EQ(decoder->Finish(deltas), StreamState::kFailed);
  EXPECT_EQ(decoder->TakeFailure().failure, Failure::kMalformed);
}

TEST(StreamWrappersTest, WhatWrapsACodecStreamsAsItDoes) {
  const auto request = Proto<v1::ChatRequest>("user: 'u' n: 2");
  const auto overriding = WithOverrides(std::make_unique<WordsCodec>(),
                                        *ParameterOverrides::Create(Proto<google::protobuf::Struct>(
                                            "fields { key: 'user' value { string_value: 'mine' } }")));
  EXPECT_EQ(overriding->EncodeStream(request)->path, "/stream/mine");
  EXPECT_EQ(StreamOf(*overriding, "data: a\n\ndata: .\n\n").text(), "a");
  const auto lacking = WithoutCapabilities(std::make_unique<WordsCodec>(), {v1::CAPABILITY_N});
  EXPECT_EQ(lacking->EncodeStream(request).status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(lacking->EncodeStream({})->path, "/stream/");
  EXPECT_EQ(StreamOf(*lacking, "data: a\n\ndata: .\n\n").text(), "a");
}

}  // namespace
}  // namespace spillway::providers
