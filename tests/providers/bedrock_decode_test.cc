// Answers of Bedrock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "providers/codec.h"
#include "tests/providers/text_proto.h"

namespace spillway::providers {
namespace {

using router::Failure;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

Decoded Decode(const std::string& body, int status = 200, HttpHeaders headers = {}) {
  const HttpResponse response{.status = status, .headers = std::move(headers), .body = body};
  return MakeCodec(v1::API_BEDROCK, {})->Decode(response, {});
}

v1::ChatResponse Answer(const std::string& body, HttpHeaders headers = {}) {
  const Decoded decoded = Decode(body, 200, std::move(headers));
  const auto* failed = std::get_if<router::FailedAttempt>(&decoded);
  EXPECT_EQ(failed, nullptr) << failed->message;
  return failed == nullptr ? std::get<v1::ChatResponse>(decoded) : v1::ChatResponse();
}

// With this list of blocks.
std::string BodyWith(const std::string& blocks, const std::string& stop = "end_turn") {
  return R"({"output":{"message":{"role":"assistant","content":[)" + blocks + R"(]}},"stopReason":")" + stop +
         "\"}";
}

v1::Choice ChoiceWith(const std::string& blocks, const std::string& stop = "end_turn") {
  const v1::ChatResponse answer = Answer(BodyWith(blocks, stop));
  return answer.choices_size() == 1 ? answer.choices(0) : v1::Choice();
}

router::FailedAttempt FailureOf(const std::string& body, int status = 200, HttpHeaders headers = {}) {
  const Decoded decoded = Decode(body, status, std::move(headers));
  EXPECT_TRUE(std::holds_alternative<router::FailedAttempt>(decoded));
  const auto* failed = std::get_if<router::FailedAttempt>(&decoded);
  return failed == nullptr ? router::FailedAttempt() : *failed;
}

TEST(BedrockDecodeTest, AnAnswerIsReadWhole) {
  EXPECT_TRUE(SameProto(Answer(R"({"metrics":{"latencyMs":5},"output":{"message":{"content":[{"text":"a"},
      {"toolUse":{"toolUseId":"t1","name":"f","input":{"x":1}}},{"text":"b"}],"role":"assistant"}},
      "stopReason":"tool_use","usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},
      "serviceTier":{"type":"priority"},"additionalModelResponseFields":null})",
                               {{"x-amzn-requestid", "r-1"}}),
                        R"(id: "r-1"
                           choices {
                             message {
                               role: ROLE_ASSISTANT content: "ab"
                               tool_calls { id: "t1" type: "function" function { name: "f" arguments: "{\"x\":1}" } }
                             }
                             finish_reason: "tool_calls"
                             extra { fields { key: "native_finish_reason" value { string_value: "tool_use" } } }
                           }
                           usage { prompt_tokens: 3 completion_tokens: 4 total_tokens: 7 }
                           service_tier: "priority"
                           extra { fields { key: "metrics" value { struct_value { fields {
                             key: "latencyMs" value { number_value: 5 } } } } } })"));
}

TEST(BedrockDecodeTest, StopReasonsBecomeOpenAisWords) {
  const std::string text = R"({"text":"x"})";
  EXPECT_EQ(ChoiceWith(text, "end_turn").finish_reason(), "stop");
  EXPECT_EQ(ChoiceWith(text, "stop_sequence").finish_reason(), "stop");
  EXPECT_EQ(ChoiceWith(text, "max_tokens").finish_reason(), "length");
  EXPECT_EQ(ChoiceWith(text, "model_context_window_exceeded").finish_reason(), "length");
  EXPECT_EQ(ChoiceWith(text, "content_filtered").finish_reason(), "content_filter");
}

TEST(BedrockDecodeTest, WhatAGuardrailSaysInsteadIsKept) {
  const v1::ChatResponse answer =
      Answer(R"({"output":{"message":{"role":"assistant","content":[{"text":"no"}]}},
      "stopReason":"guardrail_intervened","trace":{"guardrail":{"actionReason":"x"}}})");
  EXPECT_EQ(answer.choices(0).finish_reason(), "content_filter");
  EXPECT_EQ(answer.choices(0).message().content(), "no");
  EXPECT_TRUE(answer.extra().fields().at("trace").struct_value().fields().contains("guardrail"));
}

TEST(BedrockDecodeTest, AModelThatBrokeDownIsAFailure) {
  for (const std::string stop : {"malformed_model_output", "malformed_tool_use"}) {
    const router::FailedAttempt failed = FailureOf(BodyWith(R"({"text":"x"})", stop));
    EXPECT_EQ(failed.failure, Failure::kServerError);
    EXPECT_EQ(failed.provider_code, stop);
  }
}

TEST(BedrockDecodeTest, AnAnswerOfCallsAloneHasNoContent) {
  const v1::Choice choice = ChoiceWith(R"({"toolUse":{"toolUseId":"t","name":"f"}})");
  EXPECT_FALSE(choice.message().has_content());
  EXPECT_EQ(choice.finish_reason(), "tool_calls");
  EXPECT_EQ(choice.message().tool_calls(0).function().arguments(), "{}");
}

TEST(BedrockDecodeTest, ACallWithoutAnIdGetsOneOfItsOwn) {
  const std::string blocks = R"({"toolUse":{"name":"f","input":{}}},{"toolUse":{"name":"f","input":{}}})";
  const v1::Message message = ChoiceWith(blocks).message();
  EXPECT_THAT(message.tool_calls(0).id(), MatchesRegex("call_[0-9a-f]+"));
  EXPECT_EQ(message.tool_calls(0).id().size(), 21u);
  EXPECT_NE(message.tool_calls(0).id(), message.tool_calls(1).id());
  EXPECT_EQ(message.tool_calls(0).id(), ChoiceWith(blocks).message().tool_calls(0).id());
  const v1::ChatResponse later = Answer(BodyWith(blocks), {{"x-amzn-requestid", "another"}});
  EXPECT_NE(message.tool_calls(0).id(), later.choices(0).message().tool_calls(0).id());
}

TEST(BedrockDecodeTest, SignedReasoningIsKeptForTheNextTurn) {
  EXPECT_TRUE(SameProto(ChoiceWith(R"({"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},
                                      {"reasoningContent":{"redactedContent":"d"}},{"text":"x"})")
                            .message(),
                        R"(role: ROLE_ASSISTANT content: "x" reasoning_content: "hm"
                           extra { fields { key: "anthropic" value { struct_value { fields {
                             key: "thinking_blocks" value { list_value {
                               values { struct_value {
                                 fields { key: "type" value { string_value: "thinking" } }
                                 fields { key: "thinking" value { string_value: "hm" } }
                                 fields { key: "signature" value { string_value: "s" } } } }
                               values { struct_value {
                                 fields { key: "type" value { string_value: "redacted_thinking" } }
                                 fields { key: "data" value { string_value: "d" } } } } } } } } } } })"));
}

TEST(BedrockDecodeTest, UnsignedReasoningIsOnlyText) {
  EXPECT_TRUE(SameProto(ChoiceWith(R"({"reasoningContent":{"reasoningText":{"text":"a"}}},
                                      {"reasoningContent":{"reasoningText":{"text":"b"}}},{"text":"x"})")
                            .message(),
                        R"(role: ROLE_ASSISTANT content: "x" reasoning_content: "ab")"));
}

// What is kept of a message under Bedrock's name, as the blocks' number and the text of the message.
void ExpectKept(const std::string& block, const std::string& content) {
  SCOPED_TRACE(block);
  const v1::Message message = ChoiceWith(block).message();
  EXPECT_EQ(message.content(), content);
  ASSERT_TRUE(message.extra().fields().contains("bedrock"));
  const auto& kept = message.extra().fields().at("bedrock").struct_value().fields();
  ASSERT_TRUE(kept.contains("content"));
  EXPECT_EQ(kept.at("content").list_value().values_size(), 1);
}

TEST(BedrockDecodeTest, BlocksWithoutAPlaceAreKeptWhole) {
  ExpectKept(R"({"image":{"format":"png","source":{"bytes":"AA"}}})", "");
  ExpectKept(R"({"citationsContent":{"content":[{"text":"a"},{"text":"b"}],"citations":[{}]}})", "ab");
  ExpectKept(R"({"toolUse":{"toolUseId":"t","name":"web","type":"server_tool_use","input":{}}})", "");
  ExpectKept(R"({"toolUse":7})", "");
  ExpectKept(R"({"text":"x","more":1})", "x");
  ExpectKept(R"({"text":7})", "");
  ExpectKept(R"({"reasoningContent":7})", "");
  ExpectKept(R"({"reasoningContent":{"redactedContent":"","x":1}})", "");
  ExpectKept(R"({"reasoningContent":{"reasoningText":{"text":"a","x":1}}})", "");
}

TEST(BedrockDecodeTest, MembersWithoutAFieldAreKeptUnderBedrocksName) {
  const v1::ChatResponse answer = Answer(R"({"output":{"message":{"role":"assistant","id":7,
      "content":[{"toolUse":{"toolUseId":"t","name":"f","input":{},"x":1}}]},"more":2},
      "stopReason":7,"usage":"none","serviceTier":{"type":"flex","x":1}})");
  const v1::Message& message = answer.choices(0).message();
  EXPECT_EQ(message.extra().fields().at("bedrock").struct_value().fields().at("id").number_value(), 7);
  const auto& call = message.tool_calls(0).extra().fields().at("bedrock").struct_value();
  EXPECT_EQ(call.fields().at("x").number_value(), 1);
  EXPECT_EQ(answer.extra().fields().at("output").struct_value().fields().at("more").number_value(), 2);
  EXPECT_EQ(answer.extra().fields().at("stopReason").number_value(), 7);
  EXPECT_EQ(answer.extra().fields().at("usage").string_value(), "none");
  EXPECT_TRUE(answer.extra().fields().contains("serviceTier"));
  EXPECT_EQ(answer.choices(0).finish_reason(), "tool_calls");
}

v1::Usage UsageOf(const std::string& usage) {
  return Answer(R"({"output":{"message":{"content":[{"text":"x"}]}},"usage":)" + usage + "}").usage();
}

TEST(BedrockUsageTest, ThePromptIncludesWhatWentThroughTheCache) {
  EXPECT_TRUE(
      SameProto(UsageOf(R"({"inputTokens":2,"outputTokens":5,"totalTokens":37,"cacheReadInputTokens":10,
                                    "cacheWriteInputTokens":20,"cacheReadInputTokenCount":10})"),
                R"(prompt_tokens: 32 completion_tokens: 5 total_tokens: 37 cached_tokens: 10
                           extra { fields { key: "cacheWriteInputTokens" value { number_value: 20 } } })"));
}

TEST(BedrockUsageTest, TheOtherNamesOfTheCachesFiguresAreReadToo) {
  const v1::Usage usage =
      UsageOf(R"({"inputTokens":2,"cacheReadInputTokenCount":10,"cacheWriteInputTokenCount":20})");
  EXPECT_EQ(usage.prompt_tokens(), 32);
  EXPECT_EQ(usage.cached_tokens(), 10);
}

TEST(BedrockUsageTest, FiguresThatDoNotAddUpOrAreNoneAreKept) {
  EXPECT_TRUE(
      SameProto(UsageOf(R"({"inputTokens":-1,"outputTokens":1e300,"totalTokens":9,"cacheReadInputTokens":null,
                                    "cacheReadInputTokenCount":"many"})"),
                R"(extra {
                             fields { key: "inputTokens" value { number_value: -1 } }
                             fields { key: "outputTokens" value { number_value: 1e300 } }
                             fields { key: "totalTokens" value { number_value: 9 } }
                             fields { key: "cacheReadInputTokenCount" value { string_value: "many" } } })"));
}

TEST(BedrockUsageTest, HugeFiguresDoNotOverflow) {
  const std::string huge = "9007199254740992";
  const v1::Usage usage =
      UsageOf(R"({"inputTokens":)" + huge + R"(,"outputTokens":)" + huge + R"(,"cacheReadInputTokens":)" +
              huge + R"(,"cacheWriteInputTokens":)" + huge + "}");
  EXPECT_EQ(usage.total_tokens(), 4 * (std::int64_t{1} << 53));
}

TEST(BedrockDecodeTest, AnAnswerWithoutContentIsMalformed) {
  for (const std::string body : {"{}", R"({"output":7})", R"({"output":{"message":{}}})",
                                 R"({"output":{"message":{"content":"x"}},"stopReason":"end_turn"})"}) {
    EXPECT_EQ(FailureOf(body).failure, Failure::kMalformed) << body;
  }
  EXPECT_THAT(FailureOf("{}").message, HasSubstr("no content"));
}

TEST(BedrockDecodeTest, AnAnswerThatSaysNothingAndGivesNoReasonIsMalformed) {
  EXPECT_EQ(FailureOf(R"({"output":{"message":{"content":[]}}})").failure, Failure::kMalformed);
  EXPECT_EQ(ChoiceWith("").finish_reason(), "stop");
}

TEST(BedrockDecodeTest, ABlockThatIsNoneMakesTheAnswerMalformed) {
  for (const std::string block :
       {"7", "null", R"({"toolUse":{"toolUseId":"t"}})", R"({"toolUse":{"name":7}})"}) {
    EXPECT_EQ(FailureOf(BodyWith(block)).failure, Failure::kMalformed) << block;
  }
}

TEST(BedrockDecodeTest, ACutAnswerIsTruncated) {
  EXPECT_EQ(FailureOf(BodyWith(R"({"text":"x"})").substr(0, 40)).failure, Failure::kTruncated);
}

TEST(BedrockDecodeTest, AnErrorUnderStatus200IsThatError) {
  const router::FailedAttempt failed = FailureOf(R"({"message":"Too many requests"})", 200,
                                                 {{"x-amzn-errortype", "ThrottlingException:http://x/"}});
  EXPECT_EQ(failed.failure, Failure::kRateLimited);
}

TEST(BedrockDecodeTest, TheErrorsTypeIsInTheHeader) {
  const router::FailedAttempt failed =
      FailureOf(R"({"message":"no"})", 403, {{"x-amzn-errortype", "ExpiredTokenException:http://x/"}});
  EXPECT_EQ(failed.failure, Failure::kCredentials);
  EXPECT_EQ(failed.provider_code, "ExpiredTokenException");
}

}  // namespace
}  // namespace spillway::providers
