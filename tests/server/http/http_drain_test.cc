// How a server ends, over real sockets.
#include "server/http/http_server.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  idle.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  stage.Run([&] { std::exchange(kept.current, nullptr)->Answer({}, "first"); });
  EXPECT_EQ(idle.ReadAnswer().body, "first");
  RawClient busy(stage.port());
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

// Asio may have accepted a client whose turn to be told of comes after that of who stops the server.
class AcceptedLate {
 public:
  // The server is told to drain that many of its thread's turns after three clients have connected.
  AcceptedLate(int turns, const std::string& request) : turns_(turns) {
    stage_.Run([&] {
      for (auto& client : clients_) client = std::make_unique<RawClient>(stage_.port());
      for (const auto& client : clients_) client->Send(request);
      DrainAfterTurns();
    });
  }

  std::vector<std::unique_ptr<RawClient>>& clients() { return clients_; }
  bool WaitUntilDrained() {
    return stage_.WaitUntil([&] { return drained_; });
  }

 private:
  void DrainAfterTurns() {
    if (turns_-- > 0) return boost::asio::post(stage_.io(), [this] { DrainAfterTurns(); });
    stage_.server().Drain([this] { drained_ = true; });
  }

  int turns_;
  bool drained_ = false;
  std::vector<std::unique_ptr<RawClient>> clients_{3};
  // As long as a new connection may be silent for all other reasons.
  HttpStage stage_{Echo, {.header_timeout = std::chrono::hours(1)}};
};

TEST(HttpDrain, WhoIsAcceptedAsTheListenerClosesIsServed) {
  for (int turns = 0; turns < 8; ++turns) {
    AcceptedLate late(turns, kGet);
    for (const auto& client : late.clients()) {
      EXPECT_EQ(client->ReadAnswer().status, 200) << "after " << turns << " turns";
      client->EndSending();
    }
    EXPECT_TRUE(late.WaitUntilDrained());
  }
}

TEST(HttpDrain, WhoIsAcceptedAsTheListenerClosesIsNotWaitedForLong) {
  std::vector<std::unique_ptr<AcceptedLate>> all;
  for (int turns = 0; turns < 8; ++turns) all.push_back(std::make_unique<AcceptedLate>(turns, ""));
  for (int turns = 0; turns < 8; ++turns) {
    for (const auto& client : all[turns]->clients()) {
      ASSERT_TRUE(client->WaitForEnd()) << "after " << turns << " turns";
    }
    EXPECT_TRUE(all[turns]->WaitUntilDrained());
  }
}

TEST(HttpDrain, ARequestThatHasComeInIsServed) {
  HttpStage stage;
  RawClient client(stage.port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().status, 200);
  stage.Run([&] {
    // It waits in the socket: this thread, which would read it, is busy here.
    client.Send(kGet);
    stage.server().Drain([] {});
  });
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("connection"), "close");
}

TEST(HttpDrain, WhoHasConnectedMayStillAskOnce) {
  HttpStage stage;
  RawClient asks(stage.port());
  RawClient silent(stage.port());
  ASSERT_TRUE(stage.WaitForConnections(2));
  bool drained = false;
  stage.Run([&] { stage.server().Drain([&] { drained = true; }); });
  asks.Send(kGet);
  const RawAnswer answer = asks.ReadAnswer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.fields.at("connection"), "close");
  asks.EndSending();
  EXPECT_TRUE(silent.WaitForEnd()) << "but is not waited for longer than a second";
  EXPECT_TRUE(stage.WaitUntil([&] { return drained; }));
}

TEST(HttpDrain, DrainWithoutConnectionsIsDoneAtOnce) {
  HttpStage stage;
  bool drained = false;
  stage.Run([&] { stage.server().Drain([&] { drained = true; }); });
  EXPECT_TRUE(stage.WaitUntil([&] { return drained; }));
}

}  // namespace
}  // namespace spillway::testing
