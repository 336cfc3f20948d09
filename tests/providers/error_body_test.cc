#include "providers/error_body.h"

#include <gtest/gtest.h>

#include <chrono>

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

TEST(ErrorBodyTest, NestingWithoutEndIsGivenUp) {
  std::string body = R"({"error":)";
  for (int i = 0; i < 20; ++i) body += R"({"error":)";
  body += R"("deep")" + std::string(21, '}');
  EXPECT_EQ(ParseErrorBody(body).message, "");
}

}  // namespace
}  // namespace spillway::providers
