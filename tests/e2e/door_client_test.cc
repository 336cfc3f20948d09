// What a client of the OpenAI-compatible door may do with its connection: keep it, send ahead, leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/scene.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kStream[] = R"(,"stream":true)";
constexpr char kStalls[] = "tls,fault=stall:after=2";

class DoorClientTest : public ::testing::Test {
 protected:
  static SceneOptions Options(const std::string& primary) {
    SceneOptions options;
    options.primary = primary;
    options.server = {"openai: {address: \"127.0.0.1:0\", max_body_bytes: 100000}"};
    return options;
  }
  static std::uint16_t PortOf(Scene& scene) {
    return static_cast<std::uint16_t>(scene.server().ports().openai);
  }

  static void ExpectUntouched(const Scene& scene) {
    EXPECT_TRUE(scene.WaitUntilPeerLeft("primary"));
    EXPECT_EQ(scene.Target("primary").state(), v1::TARGET_STATE_AVAILABLE);
    EXPECT_EQ(scene.Target("primary").fails(), 0);
    EXPECT_THAT(scene.Asked("backup"), SizeIs(0));
    EXPECT_EQ(scene.Metric("spillway_calls_in_flight"), 0);
  }
};

TEST_F(DoorClientTest, AConnectionServesOneCallAfterAnother) {
  Scene scene(Options("tls"));
  testing::RawClient client(PortOf(scene));
  for (const char* members : {"", kStream, R"(,"n":0)", "", kStream}) {
    ASSERT_TRUE(client.Send(ChatRequestBytes(HelloBody(members))));
    const DoorCall call = Understand(client.ReadAnswer());
    EXPECT_EQ(call.answer.status, std::string(members) == R"(,"n":0)" ? 400 : 200) << call.answer.body;
    EXPECT_TRUE(call.answer.whole);
  }
}

TEST_F(DoorClientTest, CallsThatAreSentAheadAreAnsweredInOrder) {
  Scene scene(Options("tls"));
  testing::RawClient client(PortOf(scene));
  client.Send(absl::StrCat(ChatRequestBytes(HelloBody(kStream), "x-request-id: r-1\r\n"),
                           ChatRequestBytes(HelloBody(), "x-request-id: r-2\r\n"),
                           "GET /v1/models HTTP/1.1\r\nhost: x\r\nx-request-id: r-3\r\n\r\n"));
  for (const char* id : {"r-1", "r-2", "r-3"}) {
    const DoorCall call = Understand(client.ReadAnswer());
    EXPECT_EQ(call.answer.status, 200);
    EXPECT_EQ(call.header("x-request-id"), id);
    EXPECT_EQ(call.done, std::string(id) == "r-1");
  }
}

TEST_F(DoorClientTest, ABodyMayComeInChunksAndAfterAGoAhead) {
  Scene scene(Options("tls"));
  testing::RawClient client(PortOf(scene));
  client.Send(
      "POST /chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nexpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 100);
  const std::string body = HelloBody();
  client.Send(absl::StrCat(absl::Hex(body.size()), "\r\n", body, "\r\n0\r\n\r\n"));
  EXPECT_EQ(client.ReadAnswer().status, 200);
}

TEST_F(DoorClientTest, AnOldClientGetsItsStreamUntilTheConnectionEnds) {
  Scene scene(Options("tls"));
  testing::RawClient client(PortOf(scene));
  const std::string body = HelloBody(kStream);
  client.Send(
      absl::StrCat("POST /v1/chat/completions HTTP/1.0\r\ncontent-length: ", body.size(), "\r\n\r\n", body));
  const std::string answer = client.ReadAll();
  EXPECT_THAT(answer, HasSubstr("data: [DONE]\n\n"));
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
}

TEST_F(DoorClientTest, WhatIsTooLargeIsRefusedInOpenAisWords) {
  Scene scene(Options("tls"));
  const DoorCall body = CallDoor(PortOf(scene), std::string(100'001, ' '));
  EXPECT_EQ(body.answer.status, 413);
  ASSERT_TRUE(body.error.has_value()) << body.answer.body;
  EXPECT_EQ(body.error->at("type"), "invalid_request_error");
  EXPECT_NE(CallDoor(PortOf(scene), std::string(100'000, ' ')).answer.status, 413);
  const DoorCall head = CallDoor(PortOf(scene), "{}", absl::StrCat("x: ", std::string(70'000, 'x'), "\r\n"));
  EXPECT_EQ(head.answer.status, 431);
  EXPECT_TRUE(head.error.has_value()) << head.answer.body;
  EXPECT_THAT(scene.Asked("primary"), IsEmpty());
}

TEST_F(DoorClientTest, WhoeverLeavesAmidTheAnswerHasTheProvidersConnectionClosed) {
  for (const char* way : {"ends", "resets", "half"}) {
    SCOPED_TRACE(way);
    Scene scene(Options(kStalls));
    auto client = std::make_unique<testing::RawClient>(PortOf(scene));
    client->Send(ChatRequestBytes(HelloBody(kStream)));
    EXPECT_THAT(client->ReadUntil("is"), HasSubstr("200 OK"));
    if (std::string(way) == "resets") client->Reset();
    if (std::string(way) == "half") client->EndSending();
    if (std::string(way) == "ends") client.reset();
    ExpectUntouched(scene);
  }
}

TEST_F(DoorClientTest, WhoeverLeavesBeforeAnyAnswerDoesToo) {
  for (const char* members : {"", kStream}) {
    Scene scene(Options("tls,fault=silence"));
    auto client = std::make_unique<testing::RawClient>(PortOf(scene));
    client->Send(ChatRequestBytes(HelloBody(members)));
    ASSERT_TRUE(scene.sim().WaitForLog([](const auto& entries) { return !entries.empty(); }));
    client.reset();
    ExpectUntouched(scene);
    EXPECT_EQ(scene.Metric(R"(spillway_door_requests_total{code="499",path="chat_completions"})"), 1);
  }
}

}  // namespace
}  // namespace spillway::e2e
