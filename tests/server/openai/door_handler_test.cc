#include "server/openai/door_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/server/openai/door_stage.h"
#include "tests/support/key_digest.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kKey[] = "key-do-not-tell-0001";

using DoorHandlerTest = DoorStage;

TEST_F(DoorHandlerTest, WhatIsNotHereIsNotFoundInOpenAisWords) {
  const Asked asked = Ask("POST", "/v1/embeddings", "{}", {{"x-request-id", "r-1"}});
  EXPECT_EQ(asked->status, 404);
  EXPECT_EQ(asked->Header("content-type"), "application/json");
  EXPECT_EQ(asked->Header("x-request-id"), "r-1");
  EXPECT_EQ(asked->Error("type"), "invalid_request_error");
  EXPECT_EQ(asked->Error("code"), "unknown_url");
  EXPECT_EQ(asked->Error("message"), "unknown request URL: POST /v1/embeddings");
  EXPECT_EQ(Counted("other", 404), 1);
}

TEST_F(DoorHandlerTest, AnyPathCanBeQuoted) {
  for (const std::string& path :
       {std::string("/\xFF\"\\\x01"), std::string(60'000, '/'), "/" + std::string(254, 'x') + "\xC3\xA4"}) {
    const Asked asked = Ask("GET", path);
    EXPECT_EQ(asked->status, 404);
    EXPECT_LT(asked->body.size(), 2'000U);
    EXPECT_THAT(asked->Error("message"), HasSubstr("unknown request URL: GET /"));
  }
}

TEST_F(DoorHandlerTest, AnotherMethodIsNotAllowed) {
  const Asked chat = Ask("GET", "/v1/chat/completions");
  EXPECT_EQ(chat->status, 405);
  EXPECT_EQ(chat->Header("allow"), "POST");
  EXPECT_EQ(chat->Error("message"), "this URL takes POST, not GET");
  EXPECT_EQ(chat->Error("code"), "method_not_allowed");
  const Asked models = Ask("DELETE", "/v1/models/ft:mine");
  EXPECT_EQ(models->status, 405);
  EXPECT_EQ(models->Header("allow"), "GET, HEAD");
  EXPECT_EQ(Counted("chat_completions", 405), 1);
  EXPECT_EQ(Counted("model", 405), 1);
}

TEST_F(DoorHandlerTest, ModelsAreListedAndToldOneByOne) {
  const Asked all = Ask("GET", "/v1/models", "", {{"x-request-id", "r-2"}});
  EXPECT_EQ(all->status, 200);
  EXPECT_EQ(all->Header("content-type"), "application/json");
  EXPECT_EQ(all->Header("x-request-id"), "r-2");
  EXPECT_EQ(all->Json().at("data").at(0).at("id"), "gpt-4o");
  const Asked one = Ask("HEAD", "/models/gpt-4o");
  EXPECT_EQ(one->status, 200);
  EXPECT_EQ(one->Json(), all->Json().at("data").at(0)) << "the connection leaves the body out";
  EXPECT_EQ(Counted("models", 200), 1);
  EXPECT_EQ(Counted("model", 200), 1);
  EXPECT_THAT(Logged().Events("call"), IsEmpty()) << "a question is no call";
}

TEST_F(DoorHandlerTest, AModelThatIsNotThereIsNotFound) {
  const Asked asked = Ask("GET", "/v1/models/%FF%22o9");
  EXPECT_EQ(asked->status, 404);
  EXPECT_EQ(asked->Error("code"), "model_not_found");
  EXPECT_EQ(asked->Error("param"), "model");
  EXPECT_EQ(asked->Error("message"), "the model '\xEF\xBF\xBD\"o9' does not exist");
  EXPECT_EQ(Counted("model", 404), 1);
}

TEST_F(DoorHandlerTest, WhatCouldNotBeReadIsRefusedInOpenAisWords) {
  AnswerHead head;
  head.status = 431;
  const boost::json::value body = boost::json::parse(handler_.Refusal(head, "the head is too \"large\""));
  EXPECT_EQ(body.at("error").at("message"), "the head is too \"large\"");
  EXPECT_EQ(body.at("error").at("type"), "invalid_request_error");
  EXPECT_TRUE(body.at("error").at("code").is_null());
  EXPECT_THAT(head.fields, HasSubstr("content-type: application/json\r\n"));
  EXPECT_THAT(head.fields, HasSubstr("x-request-id: "));
  EXPECT_EQ(Counted("other", 431), 1);
}

class DoorCallersTest : public DoorStage {
 protected:
  DoorCallersTest()
      : DoorStage(absl::StrCat("callers: [{name: checkout, key_sha256: ", testing::KeyDigest(kKey), "}]\n")) {
  }
};

TEST_F(DoorCallersTest, ModelsAreToldToCallers) {
  EXPECT_EQ(Ask("GET", "/v1/models", "", {{"api-key", kKey}})->status, 200);
  EXPECT_EQ(Ask("GET", "/v1/models", "", {{"authorization", absl::StrCat("Bearer ", kKey)}})->status, 200);
}

TEST_F(DoorCallersTest, AStrangerWhoAsksForModelsIsRefusedAndLogged) {
  for (const char* path : {"/v1/models", "/v1/models/gpt-4o", "/v1/models/none"}) {
    const Asked asked = Ask("GET", path, "", {{"api-key", "wrong-do-not-tell-0002"}});
    EXPECT_EQ(asked->status, 401) << path;
    EXPECT_EQ(asked->Header("www-authenticate"), "Bearer");
    EXPECT_EQ(asked->Error("code"), "invalid_api_key");
  }
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0].at("method"), "GET /v1/models");
  EXPECT_EQ(lines[0].at("code"), "UNAUTHENTICATED");
  EXPECT_EQ(lines[0].at("peer"), "192.0.2.7:4711");
  EXPECT_EQ(lines[1].at("model"), "gpt-4o");
  EXPECT_EQ(Sample(R"(spillway_calls_total{code="UNAUTHENTICATED",environment="",policy=""})"), 3);
  for (const std::string& line : Logged().Lines())
    EXPECT_EQ(line.find("do-not-tell"), std::string::npos) << line;
}

}  // namespace
}  // namespace spillway::server
