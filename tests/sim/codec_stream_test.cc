// The simulator's streams as Spillway's decoders read them: what two independent readings of each API make of
// one another. No sockets; tests/e2e has those.

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "providers/codec.h"
#include "router/failure.h"
#include "tests/providers/stream_of.h"
#include "tests/sim/api.h"
#include "tests/sim/script.h"
#include "tests/sim/stream_fault.h"

namespace spillway::sim {
namespace {

using google::protobuf::util::MessageDifferencer;
using providers::EncodedRequest;
using providers::Streamed;
using router::Failure;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'700'000'000)};

struct Spoken {
  const char* api;
  v1::Api number;
  const char* base_path;
  const char* model;
  // Whether it can answer more than once.
  bool has_n;
};

constexpr Spoken kSpoken[] = {
    {"openai", v1::API_OPENAI, "/v1", "gpt-4o", true},
    {"azure_openai", v1::API_AZURE_OPENAI, "/openai", "gpt-4o", true},
    {"anthropic", v1::API_ANTHROPIC, "", "claude-haiku-4-5", false},
    {"gemini", v1::API_GEMINI, "/v1beta", "gemini-2.0-flash", true},
    {"bedrock", v1::API_BEDROCK, "", "anthropic.claude-v1:0", false},
    {"mistral", v1::API_MISTRAL, "/v1", "mistral-small-latest", true},
    {"cohere", v1::API_COHERE, "", "command-a-03-2025", false},
};

void PrintTo(const Spoken& spoken, std::ostream* out) { *out << spoken.api; }

Request ToSimulator(const EncodedRequest& encoded) {
  Request request{"POST", encoded.path, {}, encoded.body};
  for (const auto& [name, value] : encoded.headers)
    request.headers.emplace_back(absl::AsciiStrToLower(name), value);
  return request;
}

v1::ChatRequest Asking(const std::string& text, const std::string& more = "") {
  v1::ChatRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat(R"(messages {role: ROLE_USER content: ")", text, R"("} )", more), &request));
  return request;
}

constexpr char kTools[] = R"(
  tools {function {name: "get_weather" parameters {
    fields {key: "type" value {string_value: "object"}}
    fields {key: "properties" value {struct_value {
      fields {key: "city" value {struct_value {fields {key: "type" value {string_value: "string"}}}}}}}}
    fields {key: "required" value {list_value {values {string_value: "city"}}}}}}}
  tools {function {name: "get_time" parameters {fields {key: "type" value {string_value: "object"}}
                                                fields {key: "properties" value {struct_value {}}}}}})";

// Mistral's whole answers number their calls and have an empty text beside them; streams do not.
v1::ChatResponse WithoutMistralsOwn(v1::ChatResponse answer) {
  for (v1::Choice& choice : *answer.mutable_choices()) {
    v1::Message& message = *choice.mutable_message();
    if (message.tool_calls().empty()) continue;
    if (message.content().empty()) message.clear_content();
    for (v1::ToolCall& call : *message.mutable_tool_calls()) {
      if (call.extra().fields().contains("mistral")) call.clear_extra();
    }
  }
  return answer;
}

class CodecStreamTest : public ::testing::TestWithParam<Spoken> {
 protected:
  std::unique_ptr<const providers::Codec> codec_ =
      providers::MakeCodec(GetParam().number, {.base_path = GetParam().base_path, .model = GetParam().model});

  // A new personality each time, so that all answers have the same ids.
  static std::unique_ptr<ProviderApi> NewApi() { return MakeApi(GetParam().api, {.name = "p"}); }

  v1::ChatResponse Whole(const v1::ChatRequest& asked) const {
    const auto encoded = codec_->Encode(asked);
    if (!encoded.ok()) ADD_FAILURE() << encoded.status();
    const ApiAnswer answer = NewApi()->Respond(ToSimulator(*encoded), {kNow});
    const providers::Decoded decoded = codec_->Decode(answer.http, {kNow});
    if (const auto* response = std::get_if<v1::ChatResponse>(&decoded)) return WithoutMistralsOwn(*response);
    ADD_FAILURE() << answer.http.status << answer.http.body;
    return {};
  }

  // The stream under `script`.
  Streamed InPieces(const v1::ChatRequest& asked, const std::string& script = "ok") const {
    const auto encoded = codec_->EncodeStream(asked);
    if (!encoded.ok()) ADD_FAILURE() << encoded.status();
    const Request request = ToSimulator(*encoded);
    const auto api = NewApi();
    ApiAnswer answer = api->Respond(request, {kNow});
    if (!answer.stream) {
      ADD_FAILURE() << "no stream: " << answer.http.status << answer.http.body;
      return {};
    }
    const Step step = ParseScript(script).Next();
    const StreamWords words{.error = api->StreamError(step, request),
                            .invalid_utf8 = api->BreakUtf8(FirstToken(*answer.stream))};
    HttpResponse received = answer.http;
    received.body = WithFault(*answer.stream, step, words).bytes;
    return providers::StreamOf(*codec_, received, encoded->choices);
  }

  std::optional<Failure> FailureOf(const std::string& script) const {
    const Streamed streamed = InPieces(Asking("Say this is a test!"), script);
    return streamed.failed() ? std::optional(streamed.failure.failure) : std::nullopt;
  }
};

INSTANTIATE_TEST_SUITE_P(Of, CodecStreamTest, ::testing::ValuesIn(kSpoken),
                         [](const auto& info) { return std::string(info.param.api); });

TEST_P(CodecStreamTest, SaysWhatTheWholeAnswerSays) {
  std::vector<v1::ChatRequest> all = {
      Asking("Say this is a test!"),
      Asking(R"(\"quoted\" \n\t and \303\251 and \360\237\230\200)"),
      Asking("call get_weather and get_time", kTools),
      Asking("call get_time", kTools),
      Asking("cut short", "max_tokens: 2"),
  };
  if (GetParam().has_n) all.push_back(Asking("hi", "n: 3"));
  for (const v1::ChatRequest& asked : all) {
    const v1::ChatResponse whole = Whole(asked);
    const Streamed streamed = InPieces(asked);
    ASSERT_TRUE(streamed.complete()) << streamed.failure.message << asked.ShortDebugString();
    EXPECT_TRUE(MessageDifferencer::Equals(streamed.answer, whole)) << streamed.answer.DebugString() << "or\n"
                                                                    << whole.DebugString();
    EXPECT_TRUE(streamed.answer.has_usage());
  }
}

TEST_P(CodecStreamTest, ThoughtsAreTheSameInBothForms) {
  const char* model =
      GetParam().number == v1::API_BEDROCK ? "anthropic.claude-sonnet-4-5-v1:0" : GetParam().model;
  codec_ = providers::MakeCodec(GetParam().number, {.base_path = GetParam().base_path, .model = model});
  const v1::ChatRequest asked = Asking("hi", R"(reasoning_effort: "high" max_tokens: 9000)");
  const Streamed streamed = InPieces(asked);
  const v1::ChatResponse whole = Whole(asked);
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  EXPECT_TRUE(MessageDifferencer::Equals(streamed.answer, whole)) << streamed.answer.DebugString() << "or\n"
                                                                  << whole.DebugString();
}

TEST_P(CodecStreamTest, FaultsAreFailuresOfTheirClass) {
  EXPECT_EQ(FailureOf("cut:after=2"), Failure::kTruncated);
  EXPECT_EQ(FailureOf("cut:after=0"), Failure::kTruncated);
  EXPECT_EQ(FailureOf("no_finish"), Failure::kTruncated);
  EXPECT_EQ(FailureOf("empty_body"), Failure::kTruncated);
  EXPECT_EQ(FailureOf("garbage_event:after=2"), Failure::kMalformed);
  EXPECT_EQ(FailureOf("invalid_utf8"), Failure::kMalformed);
  // In Cohere's stream nothing but words says what kind of error it is.
  const bool cohere = GetParam().number == v1::API_COHERE;
  const Failure overloaded = cohere ? Failure::kServerError : Failure::kOverloaded;
  EXPECT_EQ(FailureOf("error_event:after=2"), overloaded);
  EXPECT_EQ(FailureOf("error_event:after=0"), overloaded);
  EXPECT_EQ(FailureOf("error_event:class=context_length"), Failure::kContextLength);
}

TEST_P(CodecStreamTest, TheTokensBeforeAFaultAreGivenOut) {
  EXPECT_EQ(InPieces(Asking("Say this is a test!"), "cut:after=2").text(), "This is");
  EXPECT_EQ(InPieces(Asking("Say this is a test!"), "error_event:after=3").text(), "This is a");
  EXPECT_EQ(InPieces(Asking("Say this is a test!"), "no_finish").text(), "This is a test!");
}

TEST_P(CodecStreamTest, AStreamWithoutItsEndMarkIsWhole) {
  const Streamed streamed = InPieces(Asking("Say this is a test!"), "no_done");
  ASSERT_TRUE(streamed.complete()) << streamed.failure.message;
  EXPECT_TRUE(MessageDifferencer::Equals(streamed.answer, Whole(Asking("Say this is a test!"))));
}

}  // namespace
}  // namespace spillway::sim
