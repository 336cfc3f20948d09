// What is Mistral's own about its answers; the rest is OpenAI's: openai_decode_test.cc.
#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

Decoded Decode(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return MakeCodec(v1::API_MISTRAL, {})->Decode(response, {});
}

v1::ChatResponse Answer(std::string body) {
  const Decoded decoded = Decode(std::move(body));
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  EXPECT_NE(answer, nullptr);
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

router::FailedAttempt Failure(std::string body, int status = 200) {
  const Decoded decoded = Decode(std::move(body), status);
  const auto* failure = std::get_if<router::FailedAttempt>(&decoded);
  EXPECT_NE(failure, nullptr);
  return failure == nullptr ? router::FailedAttempt() : *failure;
}

TEST(MistralDecodeTest, WhatACallBringsAlongIsKeptUnderMistralsName) {
  EXPECT_TRUE(
      SameProto(Answer(R"({"id":"i","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,
        "finish_reason":"tool_calls","message":{"role":"assistant","content":"","new":1,"tool_calls":[
        {"id":"qDEcl0n92","type":"function","index":0,"function":{"name":"f","arguments":"{}"}}]}}],
        "usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,"service_tier":"standard",
        "prompt_tokens_details":{"cached_tokens":1}}})"),
                R"(id: "i" created: 7 model: "m"
         choices { finish_reason: "tool_calls" message { role: ROLE_ASSISTANT content: ""
           tool_calls { id: "qDEcl0n92" type: "function" function { name: "f" arguments: "{}" }
             extra { fields { key: "mistral" value { struct_value { fields { key: "index" value { number_value: 0 } } } } } } }
           extra { fields { key: "mistral" value { struct_value { fields { key: "new" value { number_value: 1 } } } } } } } }
         usage { prompt_tokens: 3 completion_tokens: 2 total_tokens: 5 cached_tokens: 1
           extra { fields { key: "service_tier" value { string_value: "standard" } } } })"));
}

TEST(MistralDecodeTest, ThinkingIsReasoningAndTheListIsKept) {
  const v1::ChatResponse answer = Answer(R"({"choices":[{"finish_reason":"stop","message":{"content":[
      {"type":"thinking","thinking":[{"type":"text","text":"hm"},{"type":"text","text":"."}],"closed":true},
      {"type":"text","text":"8"}]}}]})");
  const v1::Message& message = answer.choices(0).message();
  EXPECT_EQ(message.reasoning_content(), "hm.");
  EXPECT_EQ(message.content(), "8");
  EXPECT_TRUE(message.extra().fields().at("mistral").struct_value().fields().contains("content"));
  EXPECT_EQ(message.extra().fields_size(), 1);
}

TEST(MistralDecodeTest, AnswersOfTheModelsLengthAreCut) {
  const v1::ChatResponse answer =
      Answer(R"({"choices":[{"finish_reason":"model_length","message":{"content":"x"}}]})");
  EXPECT_EQ(answer.choices(0).finish_reason(), "length");
}

TEST(MistralDecodeTest, AnAnswerThatEndedInAnErrorIsAFailure) {
  EXPECT_EQ(Failure(R"({"choices":[{"finish_reason":"error","message":{"content":"x"}}]})").failure,
            router::Failure::kServerError);
}

TEST(MistralDecodeTest, ItsErrorsAreUnderstood) {
  EXPECT_EQ(
      Failure(R"({"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs"}]})", 422)
          .failure,
      router::Failure::kInvalidRequest);
  EXPECT_EQ(Failure(R"({"detail":"Unauthorized"})", 401).failure, router::Failure::kCredentials);
  EXPECT_EQ(Failure(R"({"object":"error","message":"Service tier capacity exceeded for this model.",
                        "type":"invalid_request_error","param":null,"code":null})",
                    429)
                .failure,
            router::Failure::kOverloaded);
  EXPECT_EQ(
      Failure(R"({"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300"})",
              429)
          .failure,
      router::Failure::kRateLimited);
  EXPECT_EQ(Failure(R"({"object":"error","message":"Unexpected role 'user' after role 'tool'",
                        "type":"invalid_request_message_order","code":"3230"})",
                    400)
                .failure,
            router::Failure::kInvalidRequest);
}

TEST(MistralDecodeTest, WhatIsNoAnswerIsAFailure) {
  EXPECT_EQ(Failure("{}").failure, router::Failure::kMalformed);
  EXPECT_EQ(Failure("[]").failure, router::Failure::kMalformed);
  EXPECT_EQ(Failure(R"({"choices":[{"message":{"con)").failure, router::Failure::kTruncated);
}

}  // namespace
}  // namespace spillway::providers
