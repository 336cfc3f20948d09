#include "providers/failed_response.h"

#include <gtest/gtest.h>

#include <chrono>

namespace spillway::providers {
namespace {

using router::Failure;

TEST(FailedResponseTest, EverythingTheProviderSaidIsKept) {
  const auto failed = ReadFailure(
      {.status = 429,
       .headers = {{"retry-after", "7"}},
       .body = R"({"error":{"message":"slow down","type":"requests","code":"rate","param":"n"}})"},
      {});
  EXPECT_EQ(failed.failure, Failure::kRateLimited);
  EXPECT_EQ(failed.http_status, 429);
  EXPECT_EQ(failed.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(failed.message, "slow down");
  EXPECT_EQ(failed.provider_code, "rate");
  EXPECT_EQ(failed.provider_param, "n");
}

TEST(FailedResponseTest, TheEchoedKeyIsNot) {
  const auto failed = ReadFailure(
      {.status = 401,
       .body = R"({"error":{"message":"Incorrect API key provided: sk-12345678","code":"sk-12345678"}})"},
      {});
  EXPECT_EQ(failed.message, "Incorrect API key provided: [redacted]");
  EXPECT_EQ(failed.provider_code, "[redacted]");
}

TEST(FailedResponseTest, AnErrorWithoutTextNamesItsStatus) {
  EXPECT_EQ(ReadFailure({.status = 502, .body = ""}, {}).message, "HTTP 502 without an error text");
}

TEST(FailedResponseTest, TheCodeIsTheMostTellingWord) {
  const auto code = [](std::string body, HttpHeaders headers = {}) {
    return ReadFailure({.status = 400, .headers = std::move(headers), .body = std::move(body)}, {})
        .provider_code;
  };
  EXPECT_EQ(code(R"({"error":{"type":"t","code":null}})"), "t");
  EXPECT_EQ(code(R"({"error":{"code":400,"status":"INVALID_ARGUMENT"}})"), "INVALID_ARGUMENT");
  EXPECT_EQ(code(R"({"error":{"code":400,"status":"S","details":[{"reason":"API_KEY_INVALID"}]}})"),
            "API_KEY_INVALID");
  EXPECT_EQ(code(R"({"message":"m"})", {{"x-amzn-errortype", "ValidationException:http://x/"}}),
            "ValidationException");
  EXPECT_EQ(code("{}"), "");
}

TEST(FailedResponseTest, BytesThatAreNoTextStayOutOfTheMessage) {
  const auto failed = ReadFailure({.status = 500, .body = "Erreur int\xe9rieure"}, {});
  EXPECT_EQ(failed.message, "Erreur int\xEF\xBF\xBDrieure");
}

}  // namespace
}  // namespace spillway::providers
