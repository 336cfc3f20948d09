// Gemini's answers that are none.
#include <gtest/gtest.h>

#include <string>

#include "providers/codec.h"

namespace spillway::providers {
namespace {

using router::Failure;

router::FailedAttempt Failed(const std::string& body, int status = 200) {
  const Decoded decoded =
      MakeCodec(v1::API_GEMINI, {})->Decode({.status = status, .headers = {}, .body = body}, {});
  const auto* failed = std::get_if<router::FailedAttempt>(&decoded);
  if (failed == nullptr) ADD_FAILURE() << std::get<v1::ChatResponse>(decoded).DebugString();
  return failed == nullptr ? router::FailedAttempt() : *failed;
}

TEST(GeminiFailureTest, ABlockedPromptIsTheProvidersRefusal) {
  for (const char* candidates : {"", R"("candidates":[],)"}) {
    const router::FailedAttempt failed =
        Failed("{" + std::string(candidates) +
               R"("promptFeedback":{"blockReason":"PROHIBITED_CONTENT","blockReasonMessage":"no way"}})");
    EXPECT_EQ(failed.failure, Failure::kContentFilter);
    EXPECT_EQ(failed.provider_code, "PROHIBITED_CONTENT");
    EXPECT_EQ(failed.message, "the prompt was blocked: PROHIBITED_CONTENT: no way");
  }
}

TEST(GeminiFailureTest, ABlockMayHaveNoReasonButAMessage) {
  const router::FailedAttempt failed =
      Failed(R"({"candidates":[],"promptFeedback":{"blockReasonMessage":"no way"},"modelVersion":"m"})");
  EXPECT_EQ(failed.failure, Failure::kContentFilter);
  EXPECT_EQ(failed.message, "the prompt was blocked: no way");
}

TEST(GeminiFailureTest, TokensWithoutCandidatesAreABreakdown) {
  const router::FailedAttempt failed =
      Failed(R"({"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"m"})");
  EXPECT_EQ(failed.failure, Failure::kServerError);
  EXPECT_EQ(failed.message, "the answer has no candidates");
}

TEST(GeminiFailureTest, AnAnswerThatBrokeDownIsAFailure) {
  const router::FailedAttempt failed = Failed(
      R"({"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"},{"finishReason":"MALFORMED_FUNCTION_CALL"}]})");
  EXPECT_EQ(failed.failure, Failure::kServerError);
  EXPECT_EQ(failed.provider_code, "MALFORMED_FUNCTION_CALL");
}

TEST(GeminiFailureTest, WhatIsNoAnswerIsMalformed) {
  for (const char* body :
       {"{}", "[]", "5", R"({"candidates":null})", R"({"candidates":5})", R"({"candidates":[5]})",
        R"({"candidates":[{}]})", R"({"candidates":[{"content":5,"finishReason":"STOP"}]})",
        R"({"candidates":[{"content":{"parts":5},"finishReason":"STOP"}]})",
        R"({"candidates":[{"content":{"parts":[5]},"finishReason":"STOP"}]})",
        R"({"candidates":[{"content":{"parts":[{"functionCall":5}]},"finishReason":"STOP"}]})",
        R"({"candidates":[{"content":{"parts":[{"functionCall":{"args":{}}}]},"finishReason":"STOP"}]})",
        R"({"candidates":[{"content":{"parts":[{"text":""}]}}]})", R"({"promptFeedback":{"blockReason":5}})",
        "<html>"}) {
    EXPECT_EQ(Failed(body).failure, Failure::kMalformed) << body;
  }
  EXPECT_EQ(Failed(R"({"candidates":[{"content":{"par)").failure, Failure::kTruncated);
}

TEST(GeminiFailureTest, ErrorsAreClassifiedAlsoInAListAndInsideA200) {
  const std::string error =
      R"({"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[
      {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}})";
  for (const std::string& body : {error, "[" + error + "]"}) {
    for (const int status : {429, 200}) {
      const router::FailedAttempt failed = Failed(body, status);
      EXPECT_EQ(failed.failure, Failure::kRateLimited);
      EXPECT_EQ(failed.http_status, status);
      EXPECT_TRUE(failed.retry_after.has_value());
    }
  }
  EXPECT_EQ(
      Failed(R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[
      {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})",
             400)
          .failure,
      Failure::kCredentials);
}

}  // namespace
}  // namespace spillway::providers
