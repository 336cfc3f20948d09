#include "providers/error_body.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway::providers {
namespace {

TEST(ErrorBodyTest, OpenAisShape) {
  const auto body = ParseErrorBody(R"({"error":{"message":"m","type":"t","param":"p","code":"c"}})");
  EXPECT_EQ(body.message, "m");
  EXPECT_EQ(body.type, "t");
  EXPECT_EQ(body.code, "c");
  EXPECT_EQ(body.embedded_status, 0);
}

TEST(ErrorBodyTest, ACodeMayBeNullANumberOrDigits) {
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","code":null}})").code, "");
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","code":429}})").embedded_status, 429);
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","code":"401"}})").embedded_status, 401);
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","code":"401"}})").code, "");
  EXPECT_EQ(ParseErrorBody(R"({"code":"1500","message":"m","raw_status_code":400})").code, "1500");
  EXPECT_EQ(ParseErrorBody(R"({"code":"1500","message":"m","raw_status_code":400})").embedded_status, 400);
  EXPECT_EQ(ParseErrorBody(R"({"error":{"code":7003}})").code, "7003");
  EXPECT_EQ(ParseErrorBody(R"({"error":{"code":-1e30}})").code, "");
}

TEST(ErrorBodyTest, AnErrorMayBeAText) {
  EXPECT_EQ(ParseErrorBody(R"({"error":"no such model"})").message, "no such model");
  const auto xai = ParseErrorBody(R"({"code":"invalid-argument","error":"bad key"})");
  EXPECT_EQ(xai.message, "bad key");
  EXPECT_EQ(xai.code, "invalid-argument");
}

TEST(ErrorBodyTest, AnthropicsShapeNamesTheInnerType) {
  const auto body =
      ParseErrorBody(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  EXPECT_EQ(body.type, "overloaded_error");
  EXPECT_EQ(body.message, "Overloaded");
}

TEST(ErrorBodyTest, GooglesShapeAlsoInAList) {
  const auto body =
      ParseErrorBody(R"([{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[)"
                     R"({"@type":"x/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"},)"
                     R"({"@type":"x/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}])");
  EXPECT_EQ(body.status, "RESOURCE_EXHAUSTED");
  EXPECT_EQ(body.reason, "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(body.retry_delay, std::chrono::milliseconds(34400));
  EXPECT_EQ(body.embedded_status, 429);
}

TEST(ErrorBodyTest, MembersWithoutAWrapper) {
  EXPECT_EQ(ParseErrorBody(R"({"message":"m"})").message, "m");
  EXPECT_EQ(ParseErrorBody(R"({"Message":"m"})").message, "m");
  const auto cohere = ParseErrorBody(R"({"id":"1","message":"m","error_type":"TOO_MANY_TOKENS"})");
  EXPECT_EQ(cohere.type, "TOO_MANY_TOKENS");
  const auto vllm = ParseErrorBody(R"({"object":"error","message":"m","type":"BadRequestError","code":400})");
  EXPECT_EQ(vllm.type, "BadRequestError");
  EXPECT_EQ(vllm.embedded_status, 400);
}

TEST(ErrorBodyTest, DetailMayBeTextListOrObject) {
  EXPECT_EQ(ParseErrorBody(R"({"detail":"Invalid API Key"})").message, "Invalid API Key");
  EXPECT_EQ(
      ParseErrorBody(R"({"detail":[{"loc":["body","n"],"msg":"too big","type":"value_error"}]})").message,
      "n: too big");
  EXPECT_EQ(ParseErrorBody(R"({"detail":{"error":{"message":"m","code":"c"}}})").code, "c");
}

TEST(ErrorBodyTest, FurtherPlacesAreLookedAt) {
  EXPECT_EQ(ParseErrorBody(R"({"success":false,"errors":[{"code":7003,"message":"no route"}]})").message,
            "no route");
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"failed","metadata":{"raw":"upstream is full"}}})").message,
            "failed: upstream is full");
  EXPECT_EQ(
      ParseErrorBody(R"({"error":{"message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}})")
          .inner_code,
      "ResponsibleAIPolicyViolation");
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","details":"a text","innererror":3,"metadata":null}})")
                .message,
            "m");
}

TEST(ErrorBodyTest, AnErrorWithinATextIsRead) {
  const auto routed =
      ParseErrorBody(R"({"error":{"code":400,"message":"Upstream said no","metadata":{"raw":)"
                     R"("\n{\"error\":{\"message\":\"bad effort\",\"code\":\"bad_value\"}}"}}})");
  EXPECT_EQ(routed.message, "Upstream said no: bad effort");
  EXPECT_EQ(routed.code, "bad_value");
  EXPECT_EQ(
      ParseErrorBody(R"({"error":{"message":"{\"error\":{\"status\":\"ABORTED\",\"message\":\"m\"}}"}})")
          .status,
      "ABORTED");
  EXPECT_EQ(ParseErrorBody(R"({"detail":"{\"detail\":\"inner\"}"})").message, "inner");
  EXPECT_EQ(ParseErrorBody(R"({"message":"{x} is no number"})").message, "{x} is no number");
  EXPECT_EQ(ParseErrorBody(R"({"message":"{\"x\":1}"})").message, R"({"x":1})");
  EXPECT_EQ(ParseErrorBody(R"({"error":{"message":"m","metadata":{"raw":{"message":"inner"}}}})").message,
            "m: inner");
}

TEST(ErrorBodyTest, AmazonsTypeComesWithANamespace) {
  EXPECT_EQ(ParseErrorBody(R"({"__type":"ThrottlingException","message":"m"})").type, "ThrottlingException");
  EXPECT_EQ(ParseErrorBody(R"({"__type":"com.amazon.x#ThrottlingException"})").type, "ThrottlingException");
  EXPECT_EQ(ParseErrorBody(R"({"Output":{"__type":"com.amazon.x#UnknownOperation"},"Version":"1.0"})").type,
            "UnknownOperation");
  EXPECT_EQ(ParseErrorBody(R"({"__type":5})").type, "");
}

TEST(ErrorBodyTest, OfSeveralQuotasADaysCounts) {
  const auto of = [](const char* violations) {
    return ParseErrorBody(R"({"error":{"details":[{"violations":[)" + std::string(violations) + "]}]}}")
        .quota_id;
  };
  EXPECT_EQ(of(R"({"quotaId":"aPerMinute"},{"quotaId":"bPerDay"},{"quotaId":"cPerMinute"})"), "bPerDay");
  EXPECT_EQ(of(R"({"quotaId":"aPerMinute"},{"quotaId":"bPerMinute"},{}, 5)"), "aPerMinute");
}

TEST(ErrorBodyTest, WebPagesGiveTheirTitleAndPlainTextItself) {
  EXPECT_EQ(ParseErrorBody("<!DOCTYPE html><head><title lang=en> 502 Bad Gateway </title></head>").message,
            "502 Bad Gateway");
  EXPECT_EQ(ParseErrorBody("<html><h1>no title").message, "");
  EXPECT_EQ(ParseErrorBody("<title>open").message, "");
  EXPECT_EQ(ParseErrorBody(" upstream connect error \n").message, "upstream connect error");
  EXPECT_EQ(ParseErrorBody("").message, "");
  EXPECT_EQ(ParseErrorBody(R"({"error":{"mess)").message, "");
  EXPECT_EQ(ParseErrorBody("42").message, "");
}

TEST(ErrorBodyTest, ACodeMayBeNamedAsTheErrors) {
  const ErrorBody body = ParseErrorBody(R"({"error_code":"REQUEST_LIMIT_EXCEEDED","message":"m"})");
  EXPECT_EQ(body.code, "REQUEST_LIMIT_EXCEEDED");
  EXPECT_EQ(body.message, "m");
}

TEST(ErrorBodyTest, OpenRouterTellsTheKindAndTheTime) {
  const ErrorBody body = ParseErrorBody(
      R"({"error":{"message":"m","code":429,"metadata":{"raw":"slow","error_type":"too_fast","retry_after_seconds":1.5}}})");
  EXPECT_EQ(body.message, "m: slow");
  EXPECT_EQ(body.type, "too_fast");
  EXPECT_EQ(body.retry_delay, std::chrono::milliseconds(1500));
  EXPECT_EQ(
      ParseErrorBody(R"({"error":{"message":"m","metadata":{"retry_after_seconds":null}}})").retry_delay,
      std::nullopt);
}

TEST(ErrorBodyTest, NestingWithoutEndIsGivenUp) {
  std::string body = R"({"error":)";
  for (int i = 0; i < 20; ++i) body += R"({"error":)";
  body += R"("deep")" + std::string(21, '}');
  EXPECT_EQ(ParseErrorBody(body).message, "");
}

}  // namespace
}  // namespace spillway::providers
