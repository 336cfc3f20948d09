// Cancelling streams, destroying the client, and what a stream's handler may do while it is called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"
#include "tests/transport/stream_harness.h"

namespace spillway::testing {
namespace {

using ::testing::StartsWith;

// A server that begins each answer with three chunks in one write, and then says no more: the client may
// have two of them unread in its hands when its handler is called with the first.
class StreamLifetime : public StreamTest {
 protected:
  StreamLifetime()
      : server_(Server(),
                [this](Peer& peer, int) {
                  while (true) {
                    const std::string request = peer.ReadRequest();
                    if (request.empty()) return;
                    std::string answer =
                        std::string(kChunkedHead) + Chunk("one") + Chunk("two") + Chunk("three");
                    const bool whole = request.find("whole") != std::string::npos;
                    if (whole) answer += kLastChunk;
                    peer.Write(answer);
                    if (whole) continue;
                    if (peer.WaitForClose()) ++closed_;
                    return;
                  }
                }),
        harness_(Client(server_)) {}

  // Runs the loop until the server saw `count` closes, and whatever the client has left to do.
  bool SeesClosed(int count) {
    const bool seen = harness_.RunUntil([&] { return closed_ >= count; });
    harness_.io.poll();
    return seen;
  }

  std::atomic<int> closed_ = 0;
  ScriptedServer server_;
  ClientHarness harness_;
};

INSTANTIATE_TEST_SUITE_P(, StreamLifetime, ::testing::Bool(), TlsOrPlain);

TEST_P(StreamLifetime, CancelClosesThePeersSocketAtOnceAndTellsNobody) {
  const auto stream = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 3; }));
  const auto before = std::chrono::steady_clock::now();
  harness_.client->Cancel(stream->id);
  EXPECT_EQ(stream.use_count(), 1) << "the client lets go of the handler";
  // The loop does not run.
  while (closed_ == 0 && std::chrono::steady_clock::now() < before + std::chrono::seconds(10)) {
    std::this_thread::yield();
  }
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(harness_.client->connections().active, 0u);
  harness_.io.poll();
  EXPECT_EQ(stream->Outcome(), "200 onetwothree…");
}

TEST_P(StreamLifetime, CancelBeforeAnAnswerTellsNobody) {
  const auto stream = StartStream(harness_);
  harness_.client->Cancel(stream->id);
  EXPECT_EQ(harness_.client->connections().connecting, 0u);
  EXPECT_EQ(Describe(harness_.Exchange(ClientHarness::Request("whole"))), "200 onetwothree");
  EXPECT_EQ(stream->Outcome(), "…");
}

TEST_P(StreamLifetime, CancelFromInsideOnHeadStopsTheReading) {
  const auto stream = StartStream(harness_);
  stream->on_head = [&] { harness_.client->Cancel(stream->id); };
  ASSERT_TRUE(SeesClosed(1));
  EXPECT_EQ(stream->Outcome(), "200 …");
}

TEST_P(StreamLifetime, CancelFromInsideOnBodyStopsTheReading) {
  for (const std::string kind : {"whole", "open"}) {
    const auto stream = StartStream(harness_, ClientHarness::Request(kind));
    stream->on_body = [&] { harness_.client->Cancel(stream->id); };
    ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1; }));
    harness_.io.poll();
    EXPECT_EQ(stream->Outcome(), "200 one…");
    EXPECT_EQ(harness_.client->connections().active + harness_.client->connections().idle, 0u);
  }
}

TEST_P(StreamLifetime, CancelInPlaceOfTheEndKeepsTheEndAway) {
  HttpRequest bad = ClientHarness::Request();
  bad.path = "no slash";
  const auto refused = StartStream(harness_, bad);
  const auto told = StartStream(harness_, bad);
  const auto released = StartStream(harness_, bad);
  harness_.client->Cancel(refused->id);
  harness_.client->Release(released->id);
  ASSERT_TRUE(harness_.RunUntil([&] { return told->ended; }));
  harness_.io.poll();
  EXPECT_FALSE(refused->ended);
  EXPECT_FALSE(released->ended);
}

TEST_P(StreamLifetime, AHandlerThatOnlyTheClientHoldsOutlivesItsOwnCancel) {
  std::weak_ptr<Recorder> watched;
  bool alive_after_cancel = false;
  {
    auto stream = StartStream(harness_);
    watched = stream;
    stream->on_body = [&, id = stream->id] {
      harness_.client->Cancel(id);
      alive_after_cancel = !watched.expired();
    };
  }
  ASSERT_TRUE(SeesClosed(1));
  EXPECT_TRUE(alive_after_cancel);
  EXPECT_TRUE(watched.expired());
}

TEST_P(StreamLifetime, DestructionTellsEveryOpenStreamOnce) {
  const auto begun = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return begun->parts == 3; }));
  const auto paused = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return paused->parts == 3; }));
  harness_.client->Pause(paused->id);
  const auto released = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return released->parts == 3; }));
  harness_.client->Release(released->id);
  const auto connecting = StartStream(harness_);
  harness_.client.reset();
  EXPECT_THAT(begun->Outcome(), StartsWith("200 onetwothree cancelled: the client was closed"));
  EXPECT_THAT(paused->Outcome(), StartsWith("200 onetwothree cancelled"));
  EXPECT_THAT(connecting->Outcome(), StartsWith("cancelled"));
  EXPECT_FALSE(released->ended);
  ASSERT_TRUE(SeesClosed(3));
  harness_.io.run();
}

TEST_P(StreamLifetime, TheClientMayBeDestroyedFromInsideEachCall) {
  for (const std::string where : {"head", "body", "end"}) {
    ClientHarness harness(Client(server_));
    const auto other = StartStream(harness);
    ASSERT_TRUE(harness.RunUntil([&] { return other->parts == 3; }));
    const auto stream = StartStream(harness, ClientHarness::Request("whole"));
    const auto destroy = [&] { harness.client.reset(); };
    if (where == "head") stream->on_head = destroy;
    if (where == "body") stream->on_body = destroy;
    if (where == "end") stream->on_end = destroy;
    ASSERT_TRUE(harness.RunUntil([&] { return harness.client == nullptr; }));
    EXPECT_THAT(other->Outcome(), StartsWith("200 onetwothree cancelled"));
    const char* expected = where == "head"   ? "200  cancelled"
                           : where == "body" ? "200 one cancelled"
                                             : "200 onetwothree";
    EXPECT_THAT(stream->Outcome(), StartsWith(expected));
    harness.io.run();
  }
}

TEST_P(StreamLifetime, SendingDuringDestructionDoesNothing) {
  const auto stream = StartStream(harness_);
  const auto late = std::make_shared<Recorder>();
  std::optional<transport::ExchangeId> id;
  transport::HttpClient* const client = harness_.client.get();
  stream->on_end = [&] {
    client->Cancel(stream->id);
    id = client->SendStream(ClientHarness::Request(), ClientHarness::In(std::chrono::seconds(20)), late);
  };
  harness_.client.reset();
  EXPECT_EQ(id, 0u);
  harness_.io.poll();
  EXPECT_FALSE(late->ended);
}

TEST_P(StreamLifetime, ASecondStreamMayBeSentFromInsideEachCall) {
  std::vector<std::shared_ptr<Recorder>> more;
  const auto send = [&] { more.push_back(StartStream(harness_, ClientHarness::Request("whole"))); };
  const auto stream = StartStream(harness_, ClientHarness::Request("whole"));
  stream->on_head = send;
  stream->on_body = send;
  stream->on_end = send;
  ASSERT_TRUE(harness_.RunUntil([&] {
    return more.size() == 5 &&
           std::all_of(more.begin(), more.end(), [](const auto& one) { return one->ended; });
  }));
  EXPECT_EQ(stream->Outcome(), "200 onetwothree");
  for (const auto& one : more) EXPECT_EQ(one->Outcome(), "200 onetwothree");
  EXPECT_TRUE(more.back()->timing.reused_connection) << "the connection is free before OnEnd is called";
}

TEST_P(StreamLifetime, AHandlerMayCancelAnotherStream) {
  const auto victim = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return victim->parts == 3; }));
  const auto stream = StartStream(harness_, ClientHarness::Request("whole"));
  stream->on_body = [&] { harness_.client->Cancel(victim->id); };
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended; }));
  ASSERT_TRUE(SeesClosed(1));
  EXPECT_EQ(stream->Outcome(), "200 onetwothree");
  EXPECT_FALSE(victim->ended);
}

TEST_P(StreamLifetime, TheLoopMayGoWithStreamsPending) {
  std::shared_ptr<Recorder> stream;
  {
    ClientHarness harness(Client(server_));
    stream = StartStream(harness);
    ASSERT_TRUE(harness.RunUntil([&] { return stream->parts > 0; }));
    harness.client->Pause(stream->id);
    harness.client->Resume(stream->id);
  }
  EXPECT_TRUE(stream->ended);
}

}  // namespace
}  // namespace spillway::testing
