// What slow, oversized and too many clients meet, over real sockets. Limits are short; nothing waits for
// longer.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include "tests/server/http/http_stage.h"
#include "tests/server/http/raw_client.h"

namespace spillway::testing {
namespace {

using std::chrono::milliseconds;

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr milliseconds kShort(30);
// For what a client must have been able to do by then.
constexpr milliseconds kNotTooShort(500);

TEST(HttpLimits, ARefusalIsTheHandlersAndTheConnectionsLast) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n" + std::string(kGet));
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "refused: a header field's name is not a token");
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpLimits, ARefusalComesAfterTheAnswersBeforeIt) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send(std::string(kGet) + "nonsense\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_EQ(client.ReadAnswer().status, 400);
}

TEST(HttpLimits, ARefusedHeadRequestIsAnsweredWithoutABody) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("HEAD / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(true).status, 400);
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpLimits, ATooLongBodyIsRefusedBeforeItIsRead) {
  HttpLimits limits;
  limits.max_body_bytes = 10;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 413);
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpLimits, ABodyThatTheHandlerDoesNotWantIsNotRead) {
  HttpStage stage;
  stage.DeclineBodies("not for you:");
  for (const char* kept_back : {"Expect: 100-continue\r\n", ""}) {
    RawClient client(stage.port());
    client.Send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n" + std::string(kept_back) + "\r\n");
    const RawAnswer answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body, "not for you: /a");
    EXPECT_TRUE(client.WaitForEnd());
  }
}

TEST(HttpLimits, AnAnswerReachesAClientThatIsStillSending) {
  HttpLimits limits;
  limits.max_body_bytes = 10;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  // More than both kernels' buffers take: it goes out only if the server reads on.
  const std::string body(16 * 1024 * 1024, 'a');
  EXPECT_TRUE(client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16777216\r\n\r\n" + body));
  EXPECT_EQ(client.ReadAnswer().status, 413);
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpLimits, AClientThatNeverEndsItsSideIsLeft) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("nonsense\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 400);
  EXPECT_TRUE(client.WaitForEnd());
  EXPECT_EQ(stage.Run([&] { return stage.server().connections(); }), 1u);
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST(HttpLimits, AHeadThatDoesNotComeIsRefused) {
  HttpLimits limits;
  limits.header_timeout = kNotTooShort;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  client.Send("GET / HTTP/1.1\r\nHost:");
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.body, "refused: the request's head did not come in time");
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpLimits, AHeadThatDoesNotComeOnAKeptConnectionIsRefused) {
  HttpLimits limits;
  limits.header_timeout = kNotTooShort;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().status, 200);
  client.Send("G");
  EXPECT_EQ(client.ReadAnswer().status, 408);
}

TEST(HttpLimits, ABodyThatDoesNotComeIsRefused) {
  HttpLimits limits;
  limits.body_timeout = kShort;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell");
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.body, "refused: the request's body did not come in time");
}

TEST(HttpLimits, AClientThatSaysNothingIsLeftWithoutAWord) {
  HttpLimits limits;
  limits.header_timeout = kShort;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  EXPECT_TRUE(client.WaitForEnd());
  RawClient empty_lines(stage.port());
  empty_lines.Send("\r\n\r\n");
  EXPECT_TRUE(empty_lines.WaitForEnd());
}

TEST(HttpLimits, AConnectionThatIsIdleIsClosedWithoutAWord) {
  HttpLimits limits;
  limits.idle_timeout = kShort;
  HttpStage stage(Echo, limits);
  RawClient client(stage.port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_TRUE(client.WaitForEnd());
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST(HttpLimits, AHandlerMayTakeItsTime) {
  Kept kept;
  HttpLimits limits;
  limits.header_timeout = limits.body_timeout = kNotTooShort;
  limits.idle_timeout = limits.write_timeout = kShort;
  HttpStage stage(std::ref(kept), limits);
  RawClient client(stage.port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na");
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  stage.Run([&] {
    kept.current->Begin({});
    kept.current->Write("one");
  });
  client.ReadUntil("one");
  // The limit has passed for these, which came later.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(RawClient(stage.port()).WaitForEnd());
  EXPECT_EQ(stage.Run([&] { return kept.gone; }), 0);
  stage.Run([&] { kept.current->End(); });
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "\r\n0\r\n\r\n");
}

TEST(HttpLimits, AClientThatDoesNotReadIsLeft) {
  Kept kept;
  HttpLimits limits;
  limits.write_timeout = kShort;
  HttpStage stage(std::ref(kept), limits);
  RawClient client(stage.port(), 4096);
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  stage.Run([&] {
    kept.current->Begin({});
    while (kept.current->Write(std::string(64 * 1024, 'a'))) {
    }
  });
  EXPECT_TRUE(stage.WaitUntil([&] { return kept.gone == 1; }));
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST(HttpLimits, AClientThatDoesNotReadAWholeAnswerIsLeft) {
  HttpLimits limits;
  limits.write_timeout = kShort;
  HttpStage stage([](const auto& exchange) { exchange->Answer({}, std::string(64 * 1024 * 1024, 'a')); },
                  limits);
  RawClient client(stage.port(), 4096);
  client.Send(kGet);
  EXPECT_NE(client.ReadUntil("Content-Length: 67108864\r\n\r\n").find("200 OK"), std::string::npos);
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST(HttpLimits, AtTheLimitNobodyIsLetInUntilOneLeaves) {
  HttpLimits limits;
  limits.max_connections = 2;
  HttpStage stage(Echo, limits);
  auto first = std::make_unique<RawClient>(stage.port());
  RawClient second(stage.port());
  ASSERT_TRUE(stage.WaitForConnections(2));
  // The kernel takes it; the server does not.
  RawClient third(stage.port());
  third.Send(kGet);
  second.Send(kGet);
  EXPECT_EQ(second.ReadAnswer().status, 200);
  EXPECT_EQ(stage.Run([&] { return stage.server().connections(); }), 2u);
  first.reset();
  EXPECT_EQ(third.ReadAnswer().status, 200);
  EXPECT_EQ(stage.Run([&] { return stage.server().connections(); }), 2u);
}

TEST(HttpLimits, WhatComesWhileARequestIsAnsweredIsBoundedAndNotLost) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port());
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  // What neither the server's bound nor the kernels' buffers take, until the answer is there.
  const std::string body(24 * 1024 * 1024, 'b');
  std::thread sender(
      [&] { client.Send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 25165824\r\n\r\n" + body); });
  stage.Run([&] { kept.current->Answer({}, "one"); });
  EXPECT_EQ(client.ReadAnswer().body, "one");
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.all.size() == 2; }));
  sender.join();
  EXPECT_EQ(stage.Run([&] { return kept.current->request().body; }), body);
  stage.Run([&] { kept.current->Answer({}, "two"); });
  EXPECT_EQ(client.ReadAnswer().body, "two");
}

}  // namespace
}  // namespace spillway::testing
