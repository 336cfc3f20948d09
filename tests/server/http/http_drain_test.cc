// How a server ends, over real sockets.
#include "server/http/http_server.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "tests/server/http/http_stage.h"
#include "tests/server/http/raw_client.h"
#include "tests/support/plain_http.h"

namespace spillway::testing {
namespace {

constexpr char kGet[] = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpDrain, DrainClosesIdleConnectionsAndWaitsForAnswers) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient idle(stage.port());
  RawClient busy(stage.port());
  ASSERT_TRUE(stage.WaitForConnections(2));
  busy.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  bool drained = false;
  stage.Run([&] { stage.server().Drain([&] { drained = true; }); });
  EXPECT_TRUE(idle.WaitForEnd());
  EXPECT_FALSE(stage.Run([&] { return drained; }));
  stage.Run([&] { kept.current->Answer({}, "last"); });
  const RawAnswer answer = busy.ReadAnswer();
  EXPECT_EQ(answer.body, "last");
  EXPECT_EQ(answer.fields.at("connection"), "close");
  EXPECT_TRUE(busy.WaitForEnd());
  busy.EndSending();
  EXPECT_TRUE(stage.WaitUntil([&] { return drained; }));
}

TEST(HttpDrain, DestroyedItTellsWhoIsStillAnswering) {
  Kept kept;
  {
    HttpStage stage(std::ref(kept));
    RawClient client(stage.port());
    client.Send(kGet);
    ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  }
  EXPECT_EQ(kept.gone, 1);
}

TEST(HttpDrain, DrainLetsTheLastRequestComeInWhole) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 100);
  bool drained = false;
  stage.Run([&] { stage.server().Drain([&] { drained = true; }); });
  client.Send("hello");
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "POST /p hello");
  EXPECT_EQ(answer.fields.at("connection"), "close");
  client.EndSending();
  EXPECT_TRUE(stage.WaitUntil([&] { return drained; }));
}

TEST(HttpDrain, RetiringItServesOldAndNewConnectionsOnceMore) {
  HttpStage stage;
  RawClient old(stage.port());
  old.Send(kGet);
  EXPECT_EQ(old.ReadAnswer().fields.count("connection"), 0U);
  stage.Run([&] { stage.server().Retire(); });
  RawClient late(stage.port());
  for (RawClient* client : {&old, &late}) {
    client->Send(kGet);
    const RawAnswer answer = client->ReadAnswer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.fields.at("connection"), "close");
    EXPECT_TRUE(client->WaitForEnd());
  }
}

TEST(HttpDrain, WhoIsInTheQueueWhenTheListenerClosesIsServed) {
  HttpStage stage;
  RawClient idle(stage.port());
  ASSERT_TRUE(stage.WaitForConnections(1));
  std::optional<RawClient> queued;
  stage.Run([&] {
    // Connected by the kernel; this thread, which would accept it, is busy here.
    queued.emplace(stage.port());
    stage.server().StopAccepting();
  });
  for (RawClient* client : {&*queued, &idle}) {
    client->Send(kGet);
    const RawAnswer answer = client->ReadAnswer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.fields.at("connection"), "close");
  }
  EXPECT_TRUE(PlainConnection(stage.port()).ended()) << "nobody else is let in";
}

TEST(HttpDrain, DrainWithoutConnectionsIsDoneAtOnce) {
  HttpStage stage;
  bool drained = false;
  stage.Run([&] { stage.server().Drain([&] { drained = true; }); });
  EXPECT_TRUE(stage.WaitUntil([&] { return drained; }));
}

}  // namespace
}  // namespace spillway::testing
