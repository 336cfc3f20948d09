// Which connection carries an exchange, and what becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"

namespace spillway::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::StartsWith;

// Answers every request with the number of its connection.
void AnswerAll(Peer& peer, int connection) {
  while (!peer.ReadRequest().empty()) peer.Write(OkResponse(std::to_string(connection)));
}

std::string AnswerNaming(int connection) { return "200 " + std::to_string(connection); }

TEST(Pool, AConnectionIsReused) {
  ScriptedServer server(AnswerAll);
  ClientHarness harness(ClientHarness::Plain(server.port()));
  EXPECT_FALSE(harness.Exchange().timing.reused_connection);
  for (int i = 0; i < 3; ++i) {
    const auto result = harness.Exchange();
    EXPECT_EQ(Describe(result), AnswerNaming(0));
    EXPECT_TRUE(result.timing.reused_connection);
  }
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(harness.client->connections().idle, 1u);
}

TEST(Pool, ConcurrentExchangesHaveAConnectionEach) {
  ScriptedServer server(AnswerAll);
  auto options = ClientHarness::Plain(server.port());
  options.max_idle = 2;
  ClientHarness harness(options);
  std::optional<transport::ExchangeResult> a, b, c;
  harness.Start(&a);
  harness.Start(&b);
  harness.Start(&c);
  EXPECT_EQ(harness.client->connections().connecting, 3u);
  ASSERT_TRUE(harness.RunUntil([&] { return a && b && c; }));
  EXPECT_EQ(server.accepted(), 3);
  EXPECT_EQ(harness.client->connections().idle, 2u) << "beyond max_idle they are closed";
}

TEST(Pool, ConnectionCloseIsHonoured) {
  ScriptedServer server([](Peer& peer, int connection) {
    while (!peer.ReadRequest().empty())
      peer.Write(OkResponse(std::to_string(connection), "Connection: close\r\n"));
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  EXPECT_EQ(Describe(harness.Exchange()), AnswerNaming(0));
  EXPECT_EQ(Describe(harness.Exchange()), AnswerNaming(1));
}

TEST(Pool, BytesAfterAResponseForbidReuse) {
  ScriptedServer server([](Peer& peer, int connection) {
    while (!peer.ReadRequest().empty())
      peer.Write(OkResponse(std::to_string(connection)) + "HTTP/1.1 500 X\r\n");
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  EXPECT_EQ(Describe(harness.Exchange()), AnswerNaming(0));
  EXPECT_EQ(Describe(harness.Exchange()), AnswerNaming(1));
}

TEST(Pool, ACloseOrAWordWhileIdleIsNoticed) {
  for (const std::string last_words : {"", "HTTP/1.1 408 Request Timeout\r\n\r\n"}) {
    std::promise<void> go;
    auto may_go = go.get_future();
    ScriptedServer server([&](Peer& peer, int connection) {
      peer.ReadRequest();
      peer.Write(OkResponse(std::to_string(connection)));
      if (connection > 0) return;
      may_go.wait();
      peer.Write(last_words);
    });
    ClientHarness harness(ClientHarness::Plain(server.port()));
    harness.Exchange();
    EXPECT_EQ(harness.client->connections().idle, 1u);
    go.set_value();
    EXPECT_TRUE(harness.RunUntil([&] { return harness.client->connections().idle == 0; }));
    const auto result = harness.Exchange();
    EXPECT_EQ(Describe(result), AnswerNaming(1));
    EXPECT_FALSE(result.timing.reused_connection);
  }
}

// The server's first connection ends by `how` after one answer, unseen by the client, whose loop does not
// run until its next exchange is on its way.
transport::ExchangeResult AfterUnseenDeath(const std::function<void(Peer&)>& how, int* accepted) {
  std::promise<void> dead;
  std::promise<void> answered;
  auto was_answered = answered.get_future();
  ScriptedServer server([&](Peer& peer, int connection) {
    peer.ReadRequest();
    peer.Write(OkResponse(std::to_string(connection)));
    if (connection > 0) return;
    was_answered.wait();
    how(peer);
    dead.set_value();
    peer.WaitForClose();
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  harness.Exchange();
  answered.set_value();
  dead.get_future().wait();
  EXPECT_EQ(harness.client->connections().idle, 1u);
  auto result = harness.Exchange();
  *accepted = server.accepted();
  return result;
}

TEST(Pool, AConnectionThatDiedUnseenIsReplacedUnnoticed) {
  const std::function<void(Peer&)> ways[] = {
      [](Peer& peer) { peer.Finish(); },
      [](Peer& peer) { peer.Reset(); },
      // Writing on after a FIN and a RST is what raises SIGPIPE.
      [](Peer& peer) {
        peer.Finish();
        peer.Reset();
      },
      // A last word is no answer to what is asked next; nor is one that nobody asked for.
      [](Peer& peer) {
        peer.Write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        peer.Finish();
      },
      [](Peer& peer) { peer.Write(OkResponse("of another")); },
  };
  for (const auto& how : ways) {
    int accepted = 0;
    const auto result = AfterUnseenDeath(how, &accepted);
    EXPECT_EQ(Describe(result), AnswerNaming(1));
    EXPECT_FALSE(result.timing.reused_connection);
    EXPECT_EQ(accepted, 2);
  }
}

TEST(Pool, AReplacementThatDiesTooIsAnError) {
  ScriptedServer server([](Peer& peer, int connection) {
    peer.ReadRequest();
    if (connection == 0) {
      peer.Write(OkResponse("ok"));
      peer.ReadRequest();
    }
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  harness.Exchange();
  EXPECT_THAT(Describe(harness.Exchange()), StartsWith("reset_before_response"));
  EXPECT_EQ(server.accepted(), 2);
}

TEST(Pool, AKeptConnectionThatBreaksInsideTheAnswerIsNotReplaced) {
  ScriptedServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(OkResponse("ok"));
    peer.ReadRequest();
    peer.Write("H");
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  harness.Exchange();
  const auto result = harness.Exchange();
  EXPECT_THAT(Describe(result), StartsWith("reset_during_response"));
  EXPECT_TRUE(result.timing.reused_connection);
  EXPECT_EQ(server.accepted(), 1);
}

TEST(Pool, IdleTimeoutAndAgeCloseConnections) {
  for (const bool by_age : {false, true}) {
    std::promise<bool> closed;
    ScriptedServer server([&](Peer& peer, int) {
      peer.ReadRequest();
      peer.Write(OkResponse("ok"));
      closed.set_value(peer.WaitForClose());
    });
    auto options = ClientHarness::Plain(server.port());
    (by_age ? options.max_age : options.idle_timeout) = milliseconds(50);
    ClientHarness harness(options);
    EXPECT_EQ(Describe(harness.Exchange()), "200 ok");
    EXPECT_TRUE(harness.RunUntil([&] { return harness.client->connections().idle == 0; }));
    EXPECT_TRUE(closed.get_future().get());
  }
}

TEST(Pool, AfterATimeoutTheNextExchangeIsServed) {
  ScriptedServer server([](Peer& peer, int) {
    if (peer.ReadRequest().find("slow") != std::string::npos) {
      peer.WaitForClose();
    } else {
      peer.Write(OkResponse("ok"));
    }
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  EXPECT_THAT(Describe(harness.Exchange(ClientHarness::Request("slow"), milliseconds(40))),
              StartsWith("timeout"));
  EXPECT_EQ(Describe(harness.Exchange()), "200 ok");
}

}  // namespace
}  // namespace spillway::testing
