// A stream whose reader stops: the provider must feel it, and nothing may be lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"
#include "tests/transport/stream_harness.h"

namespace spillway::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::StartsWith;

// The kernel doubles it.
constexpr int kServerSendBuffer = 64 * 1024;
// What can be under way to a reader who stopped, with room to spare: the server's send buffer (128 KiB), the
// client's receive buffer (128 KiB), what TLS has read of one record, and one block that is being written.
constexpr std::size_t kUnderWay = 384 * 1024;
constexpr std::size_t kBlock = 4096;

class StreamBackpressure : public StreamTest {
 protected:
  // A server that sends `blocks` blocks of a chunked body as fast as it can.
  ScriptedServer::Script Flood(std::size_t blocks) {
    return [this, blocks](Peer& peer, int) {
      setsockopt(peer.fd(), SOL_SOCKET, SO_SNDBUF, &kServerSendBuffer, sizeof kServerSendBuffer);
      peer.ReadRequest();
      peer.Write(kChunkedHead);
      const std::string chunk = Chunk(std::string(kBlock, 'x'));
      std::size_t written = 0;
      for (; written < blocks && peer.Write(chunk); ++written) sent_ += kBlock;
      if (written == blocks) peer.Write(kLastChunk);
      peer.WaitForClose();
    };
  }

  // Runs the loop until the server has not got rid of anything for 200 ms.
  void RunUntilBlocked(ClientHarness& harness) {
    std::size_t last = sent_;
    auto quiet_until = ClientHarness::In(milliseconds(200));
    ASSERT_TRUE(harness.RunUntil([&] {
      if (sent_ != last) {
        last = sent_;
        quiet_until = ClientHarness::In(milliseconds(200));
      }
      return std::chrono::steady_clock::now() > quiet_until;
    }));
  }

  std::atomic<std::size_t> sent_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, StreamBackpressure, ::testing::Bool(), TlsOrPlain);

TEST_P(StreamBackpressure, APauseStopsTheServerAndAResumeLosesNothing) {
  constexpr std::size_t kBlocks = 4096;
  ScriptedServer server(Server(), Flood(kBlocks));
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  // The third time it has been read fast for a while.
  for (const std::size_t pause_at : {std::size_t{1}, std::size_t{100'000}, std::size_t{8'000'000}}) {
    ASSERT_TRUE(harness.RunUntil([&] { return stream->body.size() >= pause_at; }));
    harness.client->Pause(stream->id);
    const std::size_t read = stream->body.size();
    RunUntilBlocked(harness);
    EXPECT_EQ(stream->body.size(), read) << "nothing is handed over after a pause from outside";
    EXPECT_LT(sent_, read + kUnderWay);
    EXPECT_LT(sent_, kBlocks * kBlock);
    harness.client->Resume(stream->id);
  }
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_FALSE(stream->error.has_value());
  EXPECT_EQ(stream->body, std::string(kBlocks * kBlock, 'x'));
}

TEST_P(StreamBackpressure, APauseFromInsideHandsOverOneReadAtMost) {
  ScriptedServer server(Server(), Flood(4096));
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  std::size_t paused_at = 0;
  stream->on_body = [&] {
    if (paused_at > 0 || stream->body.size() < 200'000) return;
    paused_at = stream->body.size();
    harness.client->Pause(stream->id);
  };
  ASSERT_TRUE(harness.RunUntil([&] { return paused_at > 0; }));
  RunUntilBlocked(harness);
  EXPECT_LE(stream->body.size() - paused_at, 16u * 1024);
  EXPECT_LT(sent_, stream->body.size() + kUnderWay);
}

TEST_P(StreamBackpressure, APausedStreamCostsNoTurnsOfTheLoop) {
  ScriptedServer server(Server(), Flood(4096));
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts > 0; }));
  harness.client->Pause(stream->id);
  RunUntilBlocked(harness);
  const auto guard = boost::asio::make_work_guard(harness.io);
  harness.io.restart();
  EXPECT_LE(harness.io.run_for(milliseconds(100)), 2u) << "with bytes waiting in the socket all the time";
}

TEST_P(StreamBackpressure, PausedBeforeTheAnswerNothingComesUntilResume) {
  ScriptedServer server(Server(), [this](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(std::string(kChunkedHead) + Chunk("one") + std::string(kLastChunk));
    sent_ = 1;
    peer.WaitForClose();
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  harness.client->Pause(stream->id);
  ASSERT_TRUE(harness.RunUntil([&] { return sent_ == 1; }));
  const auto until = ClientHarness::In(milliseconds(20));
  ASSERT_TRUE(harness.RunUntil([&] { return std::chrono::steady_clock::now() > until; }));
  EXPECT_EQ(stream->Outcome(), "…");
  harness.client->Resume(stream->id);
  EXPECT_EQ(stream->Outcome(), "…") << "not from inside Resume";
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(stream->Outcome(), "200 one");
}

// Each part is paused after, so that every Resume finds what TLS may have read already.
TEST_P(StreamBackpressure, PausingAtEveryPartLosesNothingThatWasReadAlready) {
  // In one write, of records of 16 KiB: the bytes after the first read are in the socket or in TLS.
  std::string answer(kChunkedHead);
  for (int i = 0; i < 40; ++i) answer += Chunk(std::string(5000, static_cast<char>('a' + i % 26)));
  answer += kLastChunk;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(answer);
    sent_ = 1;
    peer.WaitForClose();
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  bool paused = false;
  stream->on_body = [&] {
    harness.client->Pause(stream->id);
    paused = true;
  };
  ASSERT_TRUE(harness.RunUntil([&] { return sent_ == 1; }));
  int pauses = 0;
  while (!stream->ended) {
    ASSERT_TRUE(harness.RunUntil([&] { return paused || stream->ended; }));
    harness.io.poll();
    paused = false;
    ++pauses;
    harness.client->Resume(stream->id);
  }
  EXPECT_GE(pauses, 200'000 / (16 * 1024));
  EXPECT_EQ(stream->body.size(), 200'000u);
  EXPECT_FALSE(stream->error.has_value());
}

TEST_P(StreamBackpressure, ResumeFromInsideAndPauseAgainIsFine) {
  constexpr std::size_t kBlocks = 256;
  ScriptedServer server(Server(), Flood(kBlocks));
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  stream->on_body = [&] {
    for (int i = 0; i < 3; ++i) {
      harness.client->Pause(stream->id);
      harness.client->Resume(stream->id);
    }
  };
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(stream->body.size(), kBlocks * kBlock);
  EXPECT_FALSE(stream->error.has_value());
}

TEST_P(StreamBackpressure, APausedStreamCanBeResumedByAnother) {
  ScriptedServer server(Server(), Flood(64));
  ClientHarness harness(Client(server));
  const auto paused = StartStream(harness);
  harness.client->Pause(paused->id);
  const auto stream = StartStream(harness);
  stream->on_end = [&] { harness.client->Resume(paused->id); };
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(paused->body, "");
  ASSERT_TRUE(harness.RunUntil([&] { return paused->ended; }));
  EXPECT_EQ(paused->body.size(), 64 * kBlock);
}

TEST_P(StreamBackpressure, TheServersEndWhilePausedIsToldAfterResume) {
  for (const bool reset : {false, true}) {
    std::promise<void> go, gone;
    ScriptedServer server(Server(), [&](Peer& peer, int) {
      peer.ReadRequest();
      peer.Write(std::string(kChunkedHead) + Chunk("one"));
      go.get_future().wait();
      if (reset) {
        peer.Reset();
      } else {
        peer.Write(Chunk("two"));
        peer.Finish();
      }
      gone.set_value();
      peer.WaitForClose();
    });
    ClientHarness harness(Client(server));
    const auto stream = StartStream(harness);
    ASSERT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
    harness.client->Pause(stream->id);
    go.set_value();
    gone.get_future().wait();
    harness.io.poll();
    EXPECT_EQ(stream->Outcome(), "200 one…");
    harness.client->Resume(stream->id);
    ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
    EXPECT_THAT(stream->Outcome(),
                StartsWith(reset ? "200 one reset_during_response" : "200 onetwo reset_during_response"));
  }
}

TEST_P(StreamBackpressure, CancellingAPausedStreamClosesTheServersSocket) {
  std::promise<bool> closed;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(kChunkedHead);
    const std::string chunk = Chunk(std::string(kBlock, 'x'));
    while (peer.Write(chunk)) sent_ += kBlock;
    closed.set_value(true);
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  stream->on_body = [&] { harness.client->Pause(stream->id); };
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts > 0; }));
  harness.client->Cancel(stream->id);
  EXPECT_TRUE(closed.get_future().get()) << "the loop has not run since";
}

}  // namespace
}  // namespace spillway::testing
