#include "providers/openai_error_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/error_body.h"
#include "tests/providers/openai_schema.h"

namespace spillway::providers {
namespace {

TEST(OpenAiErrorBodyTest, AnErrorIsWrittenToTheLetter) {
  EXPECT_EQ(EncodeOpenAiError({"no \"x\"\n", "invalid_request_error", "messages[0].role", "bad"}),
            R"({"error":{"message":"no \"x\"\n","type":"invalid_request_error","param":"messages[0].role",)"
            R"("code":"bad"}})");
}

TEST(OpenAiErrorBodyTest, WhatIsNotKnownIsNull) {
  const std::string body =
      EncodeOpenAiError({.message = "m", .type = "server_error", .param = {}, .code = {}});
  EXPECT_EQ(body, R"({"error":{"message":"m","type":"server_error","param":null,"code":null}})");
  EXPECT_THAT(OpenAiSchema::OfError(boost::json::parse(body)), ::testing::IsEmpty());
}

TEST(OpenAiErrorBodyTest, ItIsReadAsAnErrorOfOpenAis) {
  const ErrorBody read =
      ParseErrorBody(EncodeOpenAiError({"slow down", "rate_limit_error", "", "rate_limit_exceeded"}));
  EXPECT_EQ(read.message, "slow down");
}

}  // namespace
}  // namespace spillway::providers
