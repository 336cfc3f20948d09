#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;

Decoded Decode(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return MakeCodec(v1::API_COHERE, {})->Decode(response, {});
}

v1::ChatResponse Answer(const std::string& body) {
  const Decoded decoded = Decode(body);
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  EXPECT_NE(answer, nullptr) << body;
  return answer == nullptr ? v1::ChatResponse() : *answer;
}

v1::Message MessageOf(const std::string& message) {
  return Answer(R"({"id":"i","finish_reason":"COMPLETE","message":)" + message + "}").choices(0).message();
}

router::FailedAttempt FailureOf(const std::string& body, int status = 200) {
  const Decoded decoded = Decode(body, status);
  const auto* failure = std::get_if<router::FailedAttempt>(&decoded);
  EXPECT_NE(failure, nullptr) << body;
  return failure == nullptr ? router::FailedAttempt() : *failure;
}

TEST(CohereDecodeTest, AnAnswerIsReadWhole) {
  EXPECT_TRUE(SameProto(Answer(R"({"id":"i","finish_reason":"COMPLETE","prompt":"p","logprobs":null,
      "message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a"},
      {"type":"text","text":"b"}],"citations":[{"start":0}],"tool_plan":"","tool_calls":[]},
      "usage":{"billed_units":{"input_tokens":1},"tokens":{"input_tokens":9,"output_tokens":4,"reasoning_tokens":2},
      "cached_tokens":3}})"),
                        R"(id: "i" choices { finish_reason: "stop"
      message { role: ROLE_ASSISTANT content: "ab" reasoning_content: "hm"
        extra { fields { key: "cohere" value { struct_value { fields { key: "citations" value { list_value { values {
          struct_value { fields { key: "start" value { number_value: 0 } } } } } } } } } } } }
      extra { fields { key: "native_finish_reason" value { string_value: "COMPLETE" } } } }
      usage { prompt_tokens: 9 completion_tokens: 4 total_tokens: 13 cached_tokens: 3 reasoning_tokens: 2
        extra { fields { key: "billed_units" value { struct_value {
          fields { key: "input_tokens" value { number_value: 1 } } } } } } }
      extra { fields { key: "prompt" value { string_value: "p" } } })"));
}

TEST(CohereDecodeTest, ATurnThatCalledToolsSaysItsPlan) {
  EXPECT_TRUE(
      SameProto(Answer(R"({"finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"I look",
      "tool_calls":[{"id":"f_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}})"),
                R"(choices { finish_reason: "tool_calls"
      message { role: ROLE_ASSISTANT content: "I look"
        tool_calls { id: "f_1" type: "function" function { name: "f" arguments: "{\"a\":1}" } } }
      extra { fields { key: "native_finish_reason" value { string_value: "TOOL_CALL" } } } })"));
}

TEST(CohereDecodeTest, APlanBesideTextIsKept) {
  const v1::Message message = MessageOf(R"({"content":[{"type":"text","text":"t"}],"tool_plan":"p"})");
  EXPECT_EQ(message.content(), "t");
  EXPECT_EQ(message.extra().fields().at("cohere").struct_value().fields().at("tool_plan").string_value(),
            "p");
}

TEST(CohereDecodeTest, ATurnThatOnlyCalledToolsHasNoContent) {
  EXPECT_FALSE(MessageOf(R"({"tool_calls":[{"id":"i","function":{"name":"f"}}]})").has_content());
}

TEST(CohereDecodeTest, ContentMayBeATextOrNothing) {
  EXPECT_EQ(MessageOf(R"({"content":"x"})").content(), "x");
  EXPECT_FALSE(MessageOf(R"({"content":null})").has_content());
}

TEST(CohereDecodeTest, UnknownBlocksAreKeptAsTheyCame) {
  const v1::Message message = MessageOf(
      R"({"role":"bard","content":[{"type":"text","text":"x"},{"type":"song","notes":1}],"mood":2,"none":null})");
  EXPECT_EQ(message.content(), "x");
  EXPECT_EQ(message.extra().fields_size(), 1);
  const auto& scope = message.extra().fields().at("cohere").struct_value().fields();
  EXPECT_EQ(scope.at("content").list_value().values_size(), 2);
  EXPECT_EQ(scope.at("mood").number_value(), 2);
  EXPECT_EQ(scope.at("role").string_value(), "bard");
  EXPECT_FALSE(scope.contains("none"));
}

TEST(CohereDecodeTest, CallsWithoutIdsGetThem) {
  const std::string body = R"({"id":"ID","finish_reason":"TOOL_CALL","message":{"tool_calls":[
      {"function":{"name":"f"}},{"function":{"name":"f"},"new":1}]}})";
  const v1::Message first = Answer(body).choices(0).message();
  EXPECT_EQ(first.tool_calls(0).id().size(), std::string("call_").size() + 16);
  EXPECT_NE(first.tool_calls(0).id(), first.tool_calls(1).id());
  EXPECT_EQ(first.tool_calls(0).id(), Answer(body).choices(0).message().tool_calls(0).id());
  std::string other = body;
  other.replace(other.find("ID"), 2, "JD");
  EXPECT_NE(first.tool_calls(0).id(), Answer(other).choices(0).message().tool_calls(0).id());
  EXPECT_TRUE(first.tool_calls(1).extra().fields().contains("cohere"));
}

TEST(CohereDecodeTest, FinishReasons) {
  const auto finish = [](const std::string& word) {
    return Answer(R"({"finish_reason":")" + word + R"(","message":{"content":"x"}})")
        .choices(0)
        .finish_reason();
  };
  EXPECT_EQ(finish("COMPLETE"), "stop");
  EXPECT_EQ(finish("STOP_SEQUENCE"), "stop");
  EXPECT_EQ(finish("MAX_TOKENS"), "length");
  EXPECT_EQ(finish("TOOL_CALL"), "tool_calls");
  EXPECT_EQ(finish("ERROR_TOXIC"), "content_filter");
  EXPECT_EQ(finish("OF_TOMORROW"), "stop");
}

TEST(CohereDecodeTest, AnAnswerThatEndedInAnErrorIsAFailure) {
  const router::FailedAttempt bare =
      FailureOf(R"({"finish_reason":"ERROR","message":{"content":"x"},"usage":{}})");
  EXPECT_EQ(bare.failure, Failure::kServerError);
  EXPECT_EQ(bare.message, "the answer ended with ERROR");
  EXPECT_EQ(FailureOf(R"({"finish_reason":"TIMEOUT","message":{"content":"x"}})").failure,
            Failure::kServerError);
  const router::FailedAttempt said = FailureOf(R"({"finish_reason":"ERROR","message":{"tool_plan":"x"},
      "error":"your request resulted in an invalid tool generation","error_type":"INVALID_TOOL_GENERATION"})");
  EXPECT_EQ(said.failure, Failure::kServerError);
  EXPECT_EQ(said.message, "your request resulted in an invalid tool generation");
}

TEST(CohereDecodeTest, LogprobsAreOneTokenAChunk) {
  const v1::Choice choice = Answer(R"({"finish_reason":"COMPLETE","message":{"content":"ab"},"logprobs":[
      {"text":"a","token_ids":[1],"logprobs":[-0.5]},{"text":"b","token_ids":[2,3],"logprobs":[-1,-0.25]},
      {"token_ids":[4]},7]})")
                                .choices(0);
  ASSERT_EQ(choice.logprobs().content_size(), 2);
  EXPECT_EQ(choice.logprobs().content(0).token(), "a");
  EXPECT_EQ(choice.logprobs().content(0).logprob(), -0.5);
  EXPECT_EQ(choice.logprobs().content(1).logprob(), -1.25);
  EXPECT_EQ(choice.logprobs().extra().fields().at("chunks").list_value().values_size(), 4);
}

TEST(CohereDecodeTest, WhatIsNoAnswerIsUnreadable) {
  for (const char* body :
       {"{}", "[]", "7", R"({"id":"i"})", R"({"finish_reason":"COMPLETE","message":null})",
        R"({"message":{"content":7}})", R"({"message":{}})", R"({"message":{"content":[]}})",
        R"({"message":{"tool_calls":[7]}})", R"({"message":{"tool_calls":[{"id":"i"}]}})",
        R"({"message":{"tool_calls":[{"id":"i","function":{"name":""}}]}})"}) {
    EXPECT_EQ(FailureOf(body).failure, Failure::kMalformed) << body;
  }
  EXPECT_EQ(FailureOf(R"({"message":{"content":[{"ty)").failure, Failure::kTruncated);
  EXPECT_EQ(FailureOf(std::string(500, '[')).failure, Failure::kMalformed);
}

TEST(CohereDecodeTest, ItsErrorsAreUnderstood) {
  EXPECT_EQ(FailureOf(R"({"id":"i","message":"invalid api token"})", 401).failure, Failure::kCredentials);
  EXPECT_EQ(FailureOf(R"({"id":"i","message":"model 'x' not found"})", 404).failure, Failure::kModelNotFound);
  EXPECT_EQ(
      FailureOf(R"({"id":"i","message":"too many tokens","error_type":"TOO_MANY_TOKENS"})", 400).failure,
      Failure::kContextLength);
  EXPECT_EQ(
      FailureOf(R"({"message":"You are using a Trial key, which is limited to 40 API calls / minute."})", 429)
          .failure,
      Failure::kRateLimited);
  EXPECT_EQ(FailureOf(R"({"id":"i","message":"unknown field: parameter 'index' is not a valid field."})", 400)
                .failure,
            Failure::kInvalidRequest);
  EXPECT_EQ(FailureOf(R"({"id":"i","message":"something went wrong"})").failure, Failure::kServerError);
}

}  // namespace
}  // namespace spillway::providers
