#include "providers/answer_body.h"

#include <gtest/gtest.h>

#include "providers/data_url.h"

namespace spillway::providers {
namespace {

using router::Failure;

// The failure's name, or "" for an answer.
std::string_view FailureOf(int status, const std::string& body) {
  AnswerBody answer(HttpResponse{status, {}, body}, {});
  return answer.failed() ? router::TraitsOf(answer.TakeFailure().failure).name : "";
}

TEST(AnswerBodyTest, AnObjectIsAnAnswer) {
  AnswerBody answer(HttpResponse{200, {}, R"({"a":1})"}, {});
  ASSERT_FALSE(answer.failed());
  EXPECT_EQ(answer.object().at("a"), 1);
}

TEST(AnswerBodyTest, AnythingElseIsAFailure) {
  EXPECT_EQ(FailureOf(503, R"({"a":1})"), "overloaded");
  EXPECT_EQ(FailureOf(200, ""), "malformed");
  EXPECT_EQ(FailureOf(200, R"({"a":)"), "truncated");
  EXPECT_EQ(FailureOf(200, "[1,2]"), "malformed");
  EXPECT_EQ(FailureOf(200, "<html>"), "malformed");
}

TEST(AnswerBodyTest, AnErrorInsideIsOfItsOwnClass) {
  EXPECT_EQ(FailureOf(200, R"({"error":{"message":"m","code":429}})"), "rate_limited");
  EXPECT_EQ(FailureOf(200, R"([{"error":{"message":"m","code":503}}])"), "overloaded");
  EXPECT_EQ(FailureOf(200, R"({"error":"broken"})"), "server_error");
}

TEST(AnswerBodyTest, AnErrorThatIsNoneIsNone) {
  for (const char* error : {"null", "\"\"", "{}", "false"}) {
    EXPECT_EQ(FailureOf(200, std::string(R"({"error":)") + error + "}"), "") << error;
  }
}

TEST(DataUrlTest, IsTakenApart) {
  const auto url = ParseDataUrl("data:image/PNG;base64,AAAA");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->media_type, "image/png");
  EXPECT_EQ(url->base64, "AAAA");
  EXPECT_EQ(ParseDataUrl("DATA:text/plain;charset=utf-8;BASE64,QQ==")->media_type, "text/plain");
  EXPECT_EQ(ParseDataUrl("data:;base64,QQ==")->media_type, "text/plain");
}

TEST(DataUrlTest, WhatIsNoneIsNone) {
  EXPECT_FALSE(ParseDataUrl("https://example.com/a.png"));
  EXPECT_FALSE(ParseDataUrl("data:image/png,raw"));
  EXPECT_FALSE(ParseDataUrl("data:image/png;base64"));
  EXPECT_FALSE(ParseDataUrl(""));
}

TEST(DataUrlTest, IsPutTogether) {
  EXPECT_EQ(MakeDataUrl("image/png", "AAAA"), "data:image/png;base64,AAAA");
}

}  // namespace
}  // namespace spillway::providers
