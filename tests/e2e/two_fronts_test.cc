// The same request by gRPC and by the OpenAI-compatible door: the same answer, whichever API it comes from.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "providers/answer_assembler.h"
#include "providers/codec.h"
#include "providers/openai_request_decoder.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/streamed_call.h"

namespace spillway::e2e {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr char kWeather[] =
    R"(,"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",)"
    R"("properties":{"city":{"type":"string"}},"required":["city"]}}}],"max_tokens":4000)";

class TwoFrontsTest : public ::testing::TestWithParam<const char*> {
 protected:
  static std::string Body(const std::string& text, const std::string& members) {
    return absl::StrCat(R"({"model":"chat-)", GetParam(), R"(","messages":[{"role":"user","content":")", text,
                        R"("}])", members, "}");
  }

  static v1::ChatRequest RequestOf(const std::string& body) {
    const auto read = providers::DecodeOpenAiRequest(body);
    EXPECT_TRUE(read.ok()) << read.status();
    return read->request;
  }

  static std::unique_ptr<const providers::Codec> OpenAi() {
    return providers::MakeCodec(v1::API_OPENAI, {"/v1", "m", "", ""});
  }

  // What a client of OpenAI's would make of the door's answer.
  static v1::ChatResponse ReadWhole(const DoorCall& call) {
    const HttpResponse response{call.answer.status, {}, call.answer.body};
    auto decoded = OpenAi()->Decode(response, {std::chrono::system_clock::now()});
    EXPECT_TRUE(std::holds_alternative<v1::ChatResponse>(decoded)) << call.answer.body;
    return std::holds_alternative<v1::ChatResponse>(decoded) ? std::get<v1::ChatResponse>(decoded)
                                                             : v1::ChatResponse();
  }
  static v1::ChatResponse ReadStream(const DoorCall& call) {
    const auto codec = OpenAi();
    const auto decoder = codec->NewStreamDecoder({200, {{"content-type", "text/event-stream"}}, ""},
                                                 {{std::chrono::system_clock::now()}, 1});
    std::vector<v1::Delta> deltas;
    decoder->Feed(call.answer.body, deltas);
    if (decoder->Finish(deltas) != providers::StreamState::kComplete) {
      ADD_FAILURE() << call.answer.body;
      return {};
    }
    providers::AnswerAssembler assembler;
    for (const v1::Delta& delta : deltas) assembler.Add(delta);
    return assembler.Take(decoder->TakeEnding());
  }

  static v1::ChatResponse Assemble(const StreamedCall& call) {
    EXPECT_TRUE(call.status.ok()) << call.status.error_message();
    providers::AnswerAssembler assembler;
    for (const v1::ChatEvent& event : call.events) {
      if (event.has_delta()) assembler.Add(event.delta());
    }
    providers::StreamEnding ending;
    ending.usage = call.usage;
    ending.finishes = call.finishes;
    return assembler.Take(std::move(ending));
  }

  // Puts one text in place of what a provider makes up anew for each answer.
  static void Level(google::protobuf::Value& value) {
    if (value.has_list_value()) {
      for (auto& element : *value.mutable_list_value()->mutable_values()) Level(element);
    }
    if (value.has_struct_value()) Level(*value.mutable_struct_value());
  }
  static void Level(google::protobuf::Struct& members) {
    for (auto& [name, value] : *members.mutable_fields()) {
      const bool made_up = name == "id" || name == "thought_signature" || name == "thoughtSignature";
      if (made_up && value.has_string_value() && !value.string_value().empty()) value.set_string_value("…");
      Level(value);
    }
  }
  static v1::ChatResponse Levelled(v1::ChatResponse response) {
    for (v1::Choice& choice : *response.mutable_choices()) {
      Level(*choice.mutable_message()->mutable_extra());
      for (v1::ToolCall& call : *choice.mutable_message()->mutable_tool_calls()) {
        EXPECT_FALSE(call.id().empty());
        call.set_id("…");
        Level(*call.mutable_extra());
      }
    }
    response.clear_id();
    response.clear_created();
    return response;
  }

  static void ExpectSame(const v1::ChatResponse& grpc, const v1::ChatResponse& door) {
    EXPECT_FALSE(door.id().empty());
    EXPECT_GT(door.created(), 0);
    v1::ChatResponse expected = Levelled(grpc);
    // What OpenAI's schema demands and not every provider says; and the route, which is in the headers.
    if (expected.model().empty()) expected.set_model(ModelOf(GetParam()));
    for (v1::Choice& choice : *expected.mutable_choices()) {
      for (v1::ToolCall& call : *choice.mutable_message()->mutable_tool_calls()) call.set_type("function");
    }
    expected.clear_route();
    MessageDifferencer differencer;
    std::string differences;
    differencer.ReportDifferencesToString(&differences);
    EXPECT_TRUE(differencer.Compare(expected, Levelled(door))) << differences;
  }

  void ExpectSameAnswers(const std::string& text, const std::string& members) {
    const std::string body = Body(text, members);
    const auto chat = scene_.Chat(RequestOf(body));
    ASSERT_TRUE(chat.ok()) << chat.status.error_message();
    ASSERT_FALSE(chat.response.choices().empty());
    const DoorCall whole = CallDoor(scene_.door(), body);
    ASSERT_EQ(whole.answer.status, 200) << whole.answer.body;
    ExpectSame(chat.response, ReadWhole(whole));

    const std::string streamed =
        Body(text, members + R"(,"stream":true,"stream_options":{"include_usage":true})");
    const StreamedCall events = CallStreamed(scene_.channel(), RequestOf(streamed));
    const DoorCall chunks = CallDoor(scene_.door(), streamed);
    ASSERT_EQ(chunks.answer.status, 200) << chunks.answer.body;
    ASSERT_TRUE(chunks.done) << chunks.answer.body;
    ExpectSame(Assemble(events), ReadStream(chunks));
  }

  ApisScene scene_;
};

INSTANTIATE_TEST_SUITE_P(All, TwoFrontsTest, ::testing::ValuesIn(kApis),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(TwoFrontsTest, SayTheSame) { ExpectSameAnswers("Say this is a test!", ""); }

TEST_P(TwoFrontsTest, CallTheSameTools) { ExpectSameAnswers("get_weather of Paris, please", kWeather); }

TEST_P(TwoFrontsTest, CutOffAtTheSamePlace) {
  ExpectSameAnswers("Tell me something long, longer than eight tokens can be, please do",
                    R"(,"max_tokens":8)");
}

}  // namespace
}  // namespace spillway::e2e
