// Requests for a chat completion that no provider ever hears of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/openai/door_stage.h"
#include "tests/support/key_digest.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kKey[] = "key-do-not-tell-0001";

class ChatRefusalTest : public DoorStage {
 protected:
  using DoorStage::DoorStage;
  ~ChatRefusalTest() override { EXPECT_THAT(client_.exchanges, IsEmpty()); }
};

TEST_F(ChatRefusalTest, ARequestThatCannotBeReadNamesWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> kTable = {
      {"", "null"},
      {"{", "null"},
      {"[]", "null"},
      {"\"x\"", "null"},
      {"{} {}", "null"},
      {"{\"model\":\"\xFF\"}", "null"},
      {"model=gpt-4o", "null"},
      {std::string(100'000, '['), "null"},
      {R"({"model":7})", "model"},
      {R"({"model":"gpt-4o","messages":"Hello"})", "messages"},
      {R"({"model":"gpt-4o","messages":[{"role":"user","content":7}]})", "messages[0].content"},
      {R"({"model":"gpt-4o","messages":[],"stream":"yes"})", "stream"},
      {R"({"model":"gpt-4o","messages":[],"allow_reset":true})", "allow_reset"},
      {R"({"model":"gpt-4o","messages":[]})", "messages"},
      {R"({"messages":[{"role":"user","content":"x"}]})", "model"},
      {R"({"model":"gpt-4o","messages":[{"content":"x"}]})", "messages[0].role"},
      {R"({"model":"gpt\n4o","messages":[{"role":"user","content":"x"}]})", "model"},
      {R"({"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"n":0})", "n"},
  };
  for (const auto& [body, param] : kTable) {
    SCOPED_TRACE(body.substr(0, 80));
    const Asked asked = Post(body);
    ASSERT_EQ(asked->state, State::kAnswered);
    EXPECT_EQ(asked->status, 400);
    EXPECT_EQ(asked->Header("content-type"), "application/json");
    EXPECT_EQ(asked->Header("x-request-id").size(), 32U);
    EXPECT_EQ(asked->Error("type"), "invalid_request_error");
    EXPECT_EQ(asked->Error("param"), param);
    EXPECT_NE(asked->Error("message"), "");
    EXPECT_EQ(asked.use_count(), 2) << "the call holds it no longer";
  }
  EXPECT_EQ(Counted("chat_completions", 400), static_cast<double>(kTable.size()));
}

TEST_F(ChatRefusalTest, AnErrorIsShortHoweverLongTheMistake) {
  const std::string name(1'000'000, 'x');
  const Asked asked = PostHello(absl::StrCat(R"(,"metadata":{")", name, R"(":7})"));
  EXPECT_EQ(asked->status, 400);
  EXPECT_LT(asked->body.size(), 2'000U);
}

TEST_F(ChatRefusalTest, ARequestIdThatIsUnfitIsReplaced) {
  for (const std::string& id :
       {std::string("a b"), std::string(129, 'x'), std::string("a\r\nset-cookie: x")}) {
    const Asked asked = Post("", {{"x-request-id", id}});
    EXPECT_EQ(asked->Header("x-request-id").size(), 32U);
    EXPECT_EQ(asked->head.find("set-cookie"), std::string::npos);
  }
}

TEST_F(ChatRefusalTest, AModelThatNobodyHasIsNotFound) {
  const Asked asked = Post(R"({"model":"o9\"<b>{}","messages":[{"role":"user","content":"x"}]})");
  EXPECT_EQ(asked->status, 404);
  EXPECT_EQ(asked->Error("code"), "model_not_found");
  EXPECT_THAT(asked->Error("message"), HasSubstr("o9\"<b>{}"));
}

TEST_F(ChatRefusalTest, ACompressedBodyIsNotReadButOneThatIsNotIs) {
  for (const char* coding : {"gzip", "br", "identity, gzip"}) {
    const Asked asked = Post("\x1f\x8b", {{"content-encoding", coding}});
    EXPECT_EQ(asked->status, 415) << coding;
    EXPECT_EQ(asked->Header("accept-encoding"), "identity");
    EXPECT_EQ(asked->Error("type"), "invalid_request_error");
  }
  for (const char* coding : {"", "identity", "Identity"}) {
    EXPECT_EQ(Post("", {{"content-encoding", coding}})->status, 400) << coding;
  }
}

class ChatCallersTest : public ChatRefusalTest {
 protected:
  ChatCallersTest()
      : ChatRefusalTest(
            absl::StrCat("  - name: small\n    model: gpt-4o-mini\n    production: {failover: {targets: "
                         "[{endpoint: a, model: m}]}}\n"
                         "callers: [{name: checkout, models: [gpt-4o-mini], key_sha256: ",
                         testing::KeyDigest(kKey), "}]\n")) {}
};

TEST_F(ChatCallersTest, AKeyIsAskedForBeforeAnythingIsRead) {
  const std::vector<HttpHeaders> kNobody = {
      {},
      {{"authorization", "Bearer wrong-do-not-tell-0002"}},
      {{"api-key", "wrong-do-not-tell-0002"}},
      {{"authorization", "Basic wrong-do-not-tell-0002"}},
      {{"api-key", kKey}, {"authorization", "Bearer wrong-do-not-tell-0002"}}};
  for (const HttpHeaders& headers : kNobody) {
    const Asked asked = Post("{", headers);
    EXPECT_EQ(asked->status, 401);
    EXPECT_EQ(asked->Header("www-authenticate"), "Bearer");
    EXPECT_EQ(asked->Error("type"), "invalid_request_error");
    EXPECT_EQ(asked->Error("code"), "invalid_api_key");
    EXPECT_EQ(asked->body.find("do-not-tell"), std::string::npos);
  }
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(kNobody.size()));
  EXPECT_EQ(lines[0].at("code"), "UNAUTHENTICATED");
  EXPECT_EQ(lines[0].at("peer"), "192.0.2.7:4711");
  for (const std::string& line : Logged().Lines())
    EXPECT_EQ(line.find("do-not-tell"), std::string::npos) << line;
}

TEST_F(ChatCallersTest, AModelThatTheCallerMayNotAskForIsForbidden) {
  for (const HttpHeaders& headers :
       {HttpHeaders{{"authorization", absl::StrCat("Bearer ", kKey)}}, HttpHeaders{{"api-key", kKey}}}) {
    const Asked asked = PostHello("", headers);
    EXPECT_EQ(asked->status, 403);
    EXPECT_EQ(asked->Error("type"), "permission_error");
    EXPECT_EQ(asked->Error("code"), "model_not_allowed");
  }
  const auto lines = Logged().Events("call");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].at("caller"), "checkout");
}

}  // namespace
}  // namespace spillway::server
