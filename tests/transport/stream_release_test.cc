// What becomes of a connection whose stream was released.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"
#include "tests/transport/stream_harness.h"

namespace spillway::testing {
namespace {

using std::chrono::milliseconds;

class StreamRelease : public StreamTest {
 protected:
  // A server that sends `first`, waits for Go(), and sends `then`; then serves further requests with "ok".
  ScriptedServer::Script Script(std::string first, std::string then) {
    return [this, first, then](Peer& peer, int) {
      peer.ReadRequest();
      peer.Write(first);
      go_.get_future().wait();
      if (peer.Write(then)) wrote_ = true;
      while (!peer.ReadRequest().empty()) peer.Write(OkResponse("ok"));
      closed_ = true;
    };
  }

  // Released when "one" came; `then` follows. Whether the connection was kept.
  bool Keeps(const std::string& then, const std::string& head = std::string(kChunkedHead)) {
    ScriptedServer server(Server(), Script(head + Chunk("one"), then));
    ClientHarness harness(Client(server));
    const auto stream = StartStream(harness);
    EXPECT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
    harness.client->Release(stream->id);
    EXPECT_EQ(stream.use_count(), 1) << "the client lets go of the handler";
    EXPECT_EQ(harness.client->connections().active, 1u);
    go_.set_value();
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(harness.RunUntil([&] { return harness.client->connections().active == 0; }));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
    EXPECT_EQ(stream->parts, 1) << "nothing more is told";
    EXPECT_FALSE(stream->ended);
    const bool kept = harness.client->connections().idle == 1;
    if (kept) {
      const auto next = harness.Exchange();
      EXPECT_EQ(Describe(next), "200 ok");
      EXPECT_TRUE(next.timing.reused_connection);
      EXPECT_EQ(server.accepted(), 1);
    } else {
      EXPECT_TRUE(harness.RunUntil([&] { return closed_.load(); }));
    }
    return kept;
  }

  std::promise<void> go_;
  std::atomic<bool> wrote_ = false;
  std::atomic<bool> closed_ = false;
};

INSTANTIATE_TEST_SUITE_P(, StreamRelease, ::testing::Bool(), TlsOrPlain);

TEST_P(StreamRelease, AShortRestIsDroppedAndTheConnectionKept) {
  EXPECT_TRUE(Keeps(Chunk(std::string(60'000, 'x')) + std::string(kLastChunk)));
}

TEST_P(StreamRelease, ALongRestIsNotReadToItsEnd) {
  EXPECT_FALSE(Keeps(Chunk(std::string(66'000, 'x')) + std::string(kLastChunk)));
}

TEST_P(StreamRelease, ARestThatDoesNotComeIsNotWaitedForLong) { EXPECT_FALSE(Keeps("")); }

TEST_P(StreamRelease, AnAnswerThatEndsInDisorderClosesTheConnection) { EXPECT_FALSE(Keeps("what?\r\n")); }

TEST_P(StreamRelease, WhatCannotCarryAnotherExchangeIsClosed) {
  EXPECT_FALSE(Keeps(std::string(kLastChunk),
                     "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST_P(StreamRelease, ABreakInTheRestIsNobodysError) {
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(std::string(kChunkedHead) + Chunk("one"));
    go_.get_future().wait();
    peer.Reset();
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
  harness.client->Release(stream->id);
  go_.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return harness.client->connections().active == 0; }));
  EXPECT_EQ(harness.client->connections().idle, 0u);
  EXPECT_FALSE(stream->ended);
}

// Head, "one" and the end come in one write.
TEST_P(StreamRelease, WhatIsOverAlreadyIsKeptAtOnce) {
  for (const bool from_head : {true, false}) {
    ScriptedServer server(Server(), [](Peer& peer, int) {
      while (!peer.ReadRequest().empty())
        peer.Write(std::string(kChunkedHead) + Chunk("one") + Chunk("two") + std::string(kLastChunk));
    });
    ClientHarness harness(Client(server));
    const auto stream = StartStream(harness);
    (from_head ? stream->on_head : stream->on_body) = [&] { harness.client->Release(stream->id); };
    ASSERT_TRUE(harness.RunUntil([&] { return stream->head.has_value(); }));
    EXPECT_EQ(harness.client->connections().idle, 1u) << "before the loop turns again";
    EXPECT_EQ(stream->Outcome(), from_head ? "200 …" : "200 one…");
    EXPECT_TRUE(harness.Exchange().timing.reused_connection);
  }
}

TEST_P(StreamRelease, AfterTheEndItDoesNothing) {
  ScriptedServer server(Server(), [](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) peer.Write(OkResponse("ok"));
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  stream->on_end = [&] { harness.client->Release(stream->id); };
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  harness.client->Release(stream->id);
  EXPECT_EQ(stream->Outcome(), "200 ok");
  EXPECT_EQ(harness.client->connections().idle, 1u);
}

TEST_P(StreamRelease, APausedStreamsRestIsDroppedToo) {
  ScriptedServer server(Server(), Script(std::string(kChunkedHead) + Chunk("one"), std::string(kLastChunk)));
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  stream->on_body = [&] { harness.client->Pause(stream->id); };
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
  go_.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return wrote_.load(); }));
  harness.io.poll();
  harness.client->Release(stream->id);
  ASSERT_TRUE(harness.RunUntil([&] { return harness.client->connections().idle == 1; }));
  EXPECT_FALSE(stream->ended);
}

TEST_P(StreamRelease, TheDeadlineBeforeNoLongerHoldsAndNothingMovesTheNewOne) {
  ScriptedServer server(Server(), Script(std::string(kChunkedHead) + Chunk("one"), std::string(kLastChunk)));
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
  harness.client->SetDeadline(stream->id, ClientHarness::In(milliseconds(5)));
  harness.client->Release(stream->id);
  harness.client->SetDeadline(stream->id, Instant::min());
  harness.client->Pause(stream->id);
  harness.client->Cancel(stream->id);
  const auto until = ClientHarness::In(milliseconds(20));
  ASSERT_TRUE(harness.RunUntil([&] { return std::chrono::steady_clock::now() > until; }));
  EXPECT_EQ(harness.client->connections().active, 1u);
  go_.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return harness.client->connections().idle == 1; }));
  EXPECT_EQ(stream->deadlines, 0);
}

TEST_P(StreamRelease, WhileConnectingItCloses) {
  ScriptedServer server(Server(), [](Peer& peer, int) { peer.WaitForClose(); });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  harness.client->Release(stream->id);
  EXPECT_EQ(harness.client->connections().connecting, 0u);
  harness.io.poll();
  EXPECT_EQ(stream->Outcome(), "…");
}

TEST_P(StreamRelease, AReleasedExchangeIsNotSentAgain) {
  std::promise<void> asked;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(OkResponse("ok"));
    peer.ReadRequest();
    asked.set_value();
    go_.get_future().wait();
  });
  ClientHarness harness(Client(server));
  harness.Exchange();
  const auto stream = StartStream(harness);
  asked.get_future().wait();
  harness.client->Release(stream->id);
  go_.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return harness.client->connections().active == 0; }));
  EXPECT_EQ(server.accepted(), 1);
}

}  // namespace
}  // namespace spillway::testing
