// The OpenAI-compatible door from its clients' side: answers, refusals, what is logged and counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/callers_scene.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kDoor[] = "openai: {address: \"127.0.0.1:0\"}";
constexpr char kStream[] = R"(,"stream":true)";

std::uint16_t PortOf(const testing::TestServer& server) {
  return static_cast<std::uint16_t>(server.ports().openai);
}
DoorCall Call(Scene& scene, const std::string& members = "", const std::string& headers = "") {
  return CallDoor(PortOf(scene.server()), HelloBody(members), headers);
}

SceneOptions With(SceneOptions options) {
  options.server.emplace_back(kDoor);
  return options;
}

TEST(OpenAiDoorTest, AnswersWhole) {
  Scene scene(With({}));
  const DoorCall call = Call(scene, "", "x-request-id: r-1\r\n");
  ASSERT_EQ(call.answer.status, 200) << call.answer.body;
  EXPECT_TRUE(call.answer.whole);
  EXPECT_EQ(call.header("content-type"), "application/json");
  EXPECT_EQ(call.header("x-request-id"), "r-1");
  EXPECT_EQ(call.header("x-spillway-endpoint"), "primary");
  EXPECT_EQ(call.header("x-spillway-policy"), "failover");
  const boost::json::value body = boost::json::parse(call.answer.body);
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_EQ(body.at("choices").at(0).at("message").at("content"), "This is a test!");
}

TEST(OpenAiDoorTest, AnswersInPieces) {
  Scene scene(With({}));
  const DoorCall call = Call(scene, R"(,"stream":true,"stream_options":{"include_usage":true},"n":2)");
  ASSERT_EQ(call.answer.status, 200) << call.answer.body;
  EXPECT_EQ(call.header("content-type"), "text/event-stream");
  EXPECT_EQ(call.header("cache-control"), "no-cache");
  EXPECT_EQ(call.header("x-accel-buffering"), "no");
  EXPECT_EQ(call.header("x-spillway-endpoint"), "primary");
  EXPECT_TRUE(call.answer.whole);
  EXPECT_TRUE(call.done);
  EXPECT_EQ(call.text, "This is a test!");
  EXPECT_EQ(call.role, "assistant");
  EXPECT_EQ(call.finish, "stop");
  ASSERT_TRUE(call.usage.has_value());
  for (const boost::json::value& chunk : call.chunks) {
    EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
    EXPECT_EQ(chunk.at("id"), call.chunks[0].at("id"));
    EXPECT_EQ(chunk.at("created"), call.chunks[0].at("created"));
    EXPECT_EQ(chunk.at("model"), call.chunks[0].at("model"));
  }
}

TEST(OpenAiDoorTest, TheProviderWhoFailedBeforeAnyTokenIsNotSeen) {
  for (const char* members : {"", kStream}) {
    Scene scene(With({.primary = "tls,fault=rate_limited"}));
    const DoorCall call = Call(scene, members);
    ASSERT_EQ(call.answer.status, 200) << call.answer.body;
    EXPECT_EQ(call.header("x-spillway-endpoint"), "backup");
    EXPECT_EQ(call.header("x-spillway-model"), "gpt-4o-mini");
    EXPECT_EQ(call.header("x-spillway-attempts"), "2");
  }
}

TEST(OpenAiDoorTest, ABreakAmidTheAnswerIsAnErrorAndABodyWithoutItsEnd) {
  Scene scene(With({.primary = "tls,fault=cut:after=2"}));
  const DoorCall call = Call(scene, kStream);
  EXPECT_EQ(call.answer.status, 200);
  EXPECT_EQ(call.text, "This is");
  EXPECT_FALSE(call.answer.whole);
  EXPECT_FALSE(call.done);
  ASSERT_TRUE(call.error.has_value());
  EXPECT_EQ(call.error->at("code"), "stream_broken");
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
}

TEST(OpenAiDoorTest, WhenAllAreOutTheClientIsToldWhenToComeAgain) {
  Scene scene(With({.primary = "tls,fault=rate_limited:retry_after=20",
                    .backup = "tls,fault=rate_limited:retry_after=20",
                    .settings = {"suspend_duration: 10s"}}));
  const DoorCall limited = Call(scene);
  EXPECT_EQ(limited.answer.status, 429);
  EXPECT_EQ(limited.error->at("type"), "rate_limit_error");
  EXPECT_EQ(limited.error->at("code"), "rate_limit_exceeded");
  EXPECT_THAT(limited.header("retry-after"), MatchesRegex("[0-9]+"));
  for (const char* members : {"", kStream}) {
    const DoorCall out = Call(scene, members);
    EXPECT_EQ(out.answer.status, 503);
    EXPECT_EQ(out.error->at("type"), "service_unavailable_error");
    EXPECT_EQ(out.error->at("code"), "all_targets_suspended");
    EXPECT_THAT(out.header("retry-after"), MatchesRegex("1[5-9]|20"));
    EXPECT_THAT(out.header("retry-after-ms"), MatchesRegex("(1[5-9]|20)[0-9]{3}"));
  }
  EXPECT_THAT(scene.Asked("primary"), SizeIs(1));
}

TEST(OpenAiDoorTest, WhatTheProviderHasAgainstTheRequestIsTold) {
  Scene scene(With({.primary = "tls,fault=context_length"}));
  for (const char* members : {"", kStream}) {
    const DoorCall call = Call(scene, members);
    EXPECT_EQ(call.answer.status, 400);
    EXPECT_EQ(call.error->at("code"), "context_length_exceeded");
  }
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
}

TEST(OpenAiDoorTest, WhatNobodyKnowsReachesTheProvider) {
  Scene scene(With({}));
  const DoorCall call = Call(scene, R"(,"top_k":40,"odd":{"deep":[1,null,"x"]})");
  ASSERT_EQ(call.answer.status, 200) << call.answer.body;
  const boost::json::value sent = boost::json::parse(scene.Asked("primary").at(0).request.body);
  EXPECT_EQ(sent.at("top_k"), 40);
  EXPECT_EQ(boost::json::serialize(sent.at("odd")), R"({"deep":[1,null,"x"]})");
}

TEST(OpenAiDoorTest, WhatNobodyKnowsComesBackFromTheProvider) {
  Scene scene(With({}));
  scene.sim().SetScript("primary", R"({"fault":"ok","body":"{\"id\":\"c-1\",\"created\":7,\"model\":\"m\",)"
                                   R"(\"odd\":[1],\"choices\":[{\"index\":0,\"message\":{\"role\":)"
                                   R"(\"assistant\",\"content\":\"Hi\",\"odder\":{}},\"finish_reason\":)"
                                   R"(\"stop\",\"oddest\":2}]}"})");
  const DoorCall call = Call(scene);
  ASSERT_EQ(call.answer.status, 200) << call.answer.body;
  const boost::json::value body = boost::json::parse(call.answer.body);
  EXPECT_EQ(body.at("id"), "c-1");
  EXPECT_EQ(body.at("created"), 7);
  EXPECT_EQ(boost::json::serialize(body.at("odd")), "[1]");
  const boost::json::value& choice = body.at("choices").at(0);
  EXPECT_EQ(choice.at("oddest"), 2);
  EXPECT_TRUE(choice.at("message").at("odder").is_object());
}

TEST(OpenAiDoorTest, ATimeoutEndsTheCall) {
  Scene scene(With({.primary = "tls,fault=silence"}));
  for (const char* members : {"", kStream}) {
    const DoorCall call = Call(scene, members, "x-spillway-timeout-ms: 2000\r\n");
    EXPECT_EQ(call.answer.status, 504);
    EXPECT_EQ(call.error->at("code"), "deadline_exceeded");
    EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
  }
  EXPECT_THAT(scene.Asked("backup"), IsEmpty());
  EXPECT_EQ(scene.Target("primary").fails(), 0);
}

TEST(OpenAiDoorTest, OneLineACallAndItsMetrics) {
  Scene scene(With({}));
  ASSERT_EQ(Call(scene, "", "x-request-id: r-1\r\n").answer.status, 200);
  ASSERT_EQ(Call(scene, kStream).answer.status, 200);
  EXPECT_EQ(Call(scene, R"(,"n":0)").answer.status, 400);
  const auto lines = scene.logs().WaitForEvents("call", 3);
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0].at("method"), "POST /v1/chat/completions");
  EXPECT_EQ(lines[0].at("request_id"), "r-1");
  EXPECT_EQ(lines[0].at("code"), "OK");
  EXPECT_EQ(lines[1].at("completion_tokens"), lines[0].at("completion_tokens"));
  EXPECT_TRUE(lines[1].contains("first_token_ms"));
  EXPECT_EQ(lines[2].at("code"), "INVALID_ARGUMENT");
  EXPECT_EQ(scene.Metric(R"(spillway_door_requests_total{code="200",path="chat_completions"})"), 2);
  EXPECT_EQ(scene.Metric(R"(spillway_door_requests_total{code="400",path="chat_completions"})"), 1);
  EXPECT_EQ(scene.Metric(R"(spillway_calls_total{code="OK",environment="production",policy="failover"})"), 2);
  EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
  const testing::RawClient guest(PortOf(scene.server()));
  double open = 0;
  for (int i = 0; i < 1000 && open < 1; ++i) open = scene.Metric("spillway_door_connections");
  EXPECT_GE(open, 1);
}

class OpenAiDoorCallersTest : public ::testing::Test {
 protected:
  OpenAiDoorCallersTest()
      : sim_(Providers({"live", "test"})),
        server_(absl::StrCat("server:\n  ", kDoor, ConfigFor(sim_, CallerLines()).substr(7)),
                {{"LIVE_KEY", kPrimaryKey}}) {}

  DoorCall Call(const std::string& headers, const std::string& model = "gpt-4o") {
    return CallDoor(PortOf(server_), HelloBody("", model), headers);
  }
  testing::RawAnswer Get(const std::string& path, const std::string& headers,
                         const std::string& method = "GET") {
    testing::RawClient client(PortOf(server_));
    client.Send(absl::StrCat(method, " ", path, " HTTP/1.1\r\nhost: x\r\n", headers, "\r\n"));
    return client.ReadAnswer(method == "HEAD");
  }

  testing::LogCapture logs_;
  sim::Simulator sim_;
  testing::TestServer server_;
};

TEST_F(OpenAiDoorCallersTest, AKeyDecidesWhatMayBeAskedFor) {
  EXPECT_EQ(Call(absl::StrCat("Authorization: Bearer ", kCheckoutKey, "\r\n")).header("x-spillway-endpoint"),
            "live");
  EXPECT_EQ(Call(absl::StrCat("api-key: ", kCiKey, "\r\n")).header("x-spillway-endpoint"), "test");
  const DoorCall forbidden = Call(absl::StrCat("api-key: ", kCiKey, "\r\n"), "summaries");
  EXPECT_EQ(forbidden.answer.status, 403);
  EXPECT_EQ(forbidden.error->at("code"), "model_not_allowed");
  const DoorCall missing = Call(absl::StrCat("api-key: ", kLabKey, "\r\n"), "summaries");
  EXPECT_EQ(missing.answer.status, 404);
  EXPECT_EQ(missing.error->at("code"), "model_not_found");
  for (const std::string& headers :
       {std::string(), absl::StrCat("api-key: ", kStrangersKey, "\r\n"),
        absl::StrCat("Authorization: Bearer ", kStrangersKey, "\r\napi-key: ", kCiKey, "\r\n")}) {
    const DoorCall refused = Call(headers);
    EXPECT_EQ(refused.answer.status, 401);
    EXPECT_EQ(refused.header("www-authenticate"), "Bearer");
    EXPECT_EQ(refused.error->at("code"), "invalid_api_key");
  }
  const auto lines = logs_.WaitForEvents("call", 7);
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_EQ(lines[0].at("caller"), "checkout");
  EXPECT_THAT(std::string(lines[4].at("peer").as_string()), HasSubstr("127.0.0.1:"));
  std::string said = server_.Get("/metrics").body;
  for (const std::string& line : logs_.Lines()) said += line;
  for (const char* key : {kCheckoutKey, kCiKey, kLabKey, kStrangersKey, kPrimaryKey}) {
    EXPECT_THAT(said, Not(HasSubstr(key)));
  }
}

// Else whoever can connect could fill the memory.
TEST_F(OpenAiDoorCallersTest, AStrangersBodyIsNotWaitedFor) {
  const auto ask = [this](const std::string& path, const std::string& headers) {
    testing::RawClient client(PortOf(server_));
    client.Send(absl::StrCat("POST ", path, " HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n", headers,
                             "expect: 100-continue\r\n\r\n"));
    return client.ReadAnswer().status;
  };
  EXPECT_EQ(ask("/v1/chat/completions", absl::StrCat("api-key: ", kStrangersKey, "\r\n")), 401);
  EXPECT_EQ(ask("/v1/models", ""), 401);
  EXPECT_EQ(ask("/v1/nowhere", ""), 404);
  EXPECT_EQ(ask("/v1/chat/completions", absl::StrCat("api-key: ", kCiKey, "\r\n")), 100);
  const auto lines = logs_.WaitForEvents("call", 2);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].at("method"), "POST /v1/chat/completions");
  EXPECT_EQ(lines[0].at("code"), "UNAUTHENTICATED");
  EXPECT_THAT(std::string(lines[0].at("peer").as_string()), HasSubstr("127.0.0.1:"));
}

TEST_F(OpenAiDoorCallersTest, ModelsAreToldToWhoeverMayAskForThem) {
  const std::string ci = absl::StrCat("api-key: ", kCiKey, "\r\n");
  const testing::RawAnswer all = Get("/v1/models?limit=7", ci);
  ASSERT_EQ(all.status, 200) << all.body;
  const auto models = boost::json::parse(all.body).at("data").as_array();
  ASSERT_THAT(models, SizeIs(1));
  EXPECT_EQ(models[0].at("id"), "gpt-4o");
  EXPECT_EQ(Get("/v1/models/gpt-4o", ci).status, 200);
  EXPECT_EQ(Get("/models/summaries", ci).status, 404);
  EXPECT_EQ(Get("/models/summaries", absl::StrCat("api-key: ", kCheckoutKey, "\r\n")).status, 200);
  EXPECT_EQ(Get("/v1/models", "").status, 401);
  const testing::RawAnswer head = Get("/v1/models", ci, "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.fields.at("content-length"), std::to_string(all.body.size()));
  EXPECT_EQ(Get("/v1/engines", ci).status, 404);
  const testing::RawAnswer wrong = Get("/v1/chat/completions", ci);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.fields.at("allow"), "POST");
}

}  // namespace
}  // namespace spillway::e2e
