// Codec::DecodeInto beside Codec::Decode.
#include <google/protobuf/arena.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "providers/codec.h"
#include "providers/lacking_codec.h"
#include "providers/overriding_codec.h"

namespace spillway::providers {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr char kOpenAiAnswer[] =
    R"({"id": "a-1", "model": "m", "created": 5, "more": {"deep": [1, {"x": null}]}, "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "a text of some length",
         "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
                  "prompt_tokens_details": {"cached_tokens": 1, "audio_tokens": 0}}})";
constexpr char kAnthropicAnswer[] =
    R"({"id": "a-1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Hi"}], "usage": {"input_tokens": 3, "output_tokens": 4}})";

std::vector<std::pair<std::unique_ptr<const Codec>, std::string>> CodecsAndAnswers() {
  std::vector<std::pair<std::unique_ptr<const Codec>, std::string>> all;
  for (const v1::Api api : {v1::API_OPENAI, v1::API_AZURE_OPENAI, v1::API_MISTRAL}) {
    all.emplace_back(MakeCodec(api, {.base_path = "/v1", .model = "m"}), kOpenAiAnswer);
  }
  all.emplace_back(MakeCodec(v1::API_ANTHROPIC, {.base_path = "/v1", .model = "m"}), kAnthropicAnswer);
  auto lacking = WithoutCapabilities(MakeCodec(v1::API_OPENAI, {.base_path = "/v1"}), {v1::CAPABILITY_TOOLS});
  google::protobuf::Struct parameters;
  (*parameters.mutable_fields())["temperature"].set_number_value(0.5);
  auto overrides = ParameterOverrides::Create(parameters);
  EXPECT_TRUE(overrides.ok());
  all.emplace_back(WithOverrides(std::move(lacking), *std::move(overrides)), kOpenAiAnswer);
  return all;
}

TEST(DecodeIntoTest, ReadsOntoAnArenaWhatDecodeReads) {
  for (const auto& [codec, body] : CodecsAndAnswers()) {
    const HttpResponse response{.status = 200, .headers = {}, .body = body};
    const Decoded decoded = codec->Decode(response, {});
    ASSERT_TRUE(std::holds_alternative<v1::ChatResponse>(decoded));
    google::protobuf::Arena arena;
    auto& out = *google::protobuf::Arena::CreateMessage<v1::ChatResponse>(&arena);
    EXPECT_FALSE(codec->DecodeInto(response, {}, out));
    EXPECT_TRUE(MessageDifferencer::Equals(out, std::get<v1::ChatResponse>(decoded))) << out.DebugString();
    EXPECT_EQ(out.id(), "a-1");
  }
}

TEST(DecodeIntoTest, AFailureIsTheSameAndLeavesNothing) {
  const std::string bodies[] = {
      // The second choice is no answer; the first has been read by then.
      R"({"id": "a-1", "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}, {"index": 1}]})",
      R"({"id": "a-1", "choices": []})", R"({"error": {"message": "no"}})", R"({"id": "a-)", ""};
  for (const auto& [codec, unused] : CodecsAndAnswers()) {
    for (const std::string& body : bodies) {
      const HttpResponse response{.status = 200, .headers = {}, .body = body};
      const Decoded decoded = codec->Decode(response, {});
      ASSERT_TRUE(std::holds_alternative<router::FailedAttempt>(decoded)) << body;
      v1::ChatResponse out;
      const auto failed = codec->DecodeInto(response, {}, out);
      ASSERT_TRUE(failed) << body;
      EXPECT_EQ(failed->failure, std::get<router::FailedAttempt>(decoded).failure);
      EXPECT_EQ(failed->message, std::get<router::FailedAttempt>(decoded).message);
      EXPECT_EQ(out.ByteSizeLong(), 0u) << out.DebugString();
    }
  }
}

}  // namespace
}  // namespace spillway::providers
