// Deadlines of streams, which move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"
#include "tests/transport/stream_harness.h"

namespace spillway::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Begins an answer and lets it hang; says so when the client closes.
class StreamDeadline : public ::testing::Test {
 protected:
  StreamDeadline()
      : server_([this](Peer& peer, int) {
          const std::string request = peer.ReadRequest();
          if (request.find("silent") == std::string::npos) {
            peer.Write(kChunkedHead);
            peer.Write(Chunk("one"));
          }
          if (!request.empty() && peer.WaitForClose()) ++closed_;
        }),
        harness_(ClientHarness::Plain(server_.port())) {}

  std::atomic<int> closed_ = 0;
  ScriptedServer server_;
  ClientHarness harness_;
};

TEST_F(StreamDeadline, ItEndsTheStreamAndClosesTheConnection) {
  const auto stream = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1; }));
  harness_.client->SetDeadline(stream->id, ClientHarness::In(milliseconds(1)));
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended && closed_ == 1; }));
  EXPECT_THAT(stream->Outcome(),
              StartsWith("200 one timeout: timed out waiting for the rest of the answer (127.0.0.1:"));
  EXPECT_EQ(stream->deadlines, 1);
  EXPECT_EQ(harness_.client->connections().active, 0u);
}

TEST_F(StreamDeadline, ItHoldsBeforeTheHeadToo) {
  const auto stream = StartStream(harness_, ClientHarness::Request("silent"), milliseconds(-1));
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended; }));
  EXPECT_THAT(stream->Outcome(), StartsWith("timeout: timed out waiting for "));
}

TEST_F(StreamDeadline, TheHandlersAnswerMovesIt) {
  const auto stream = StartStream(harness_, ClientHarness::Request(), milliseconds(1));
  Instant last{};
  stream->on_deadline = [&](Instant now) -> std::optional<Instant> {
    EXPECT_GE(now, last) << "never before it is due";
    last = now + milliseconds(5);
    if (stream->deadlines == 4) return std::nullopt;
    return last;
  };
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(stream->deadlines, 4);
  EXPECT_EQ(stream->error->kind, transport::ErrorKind::kTimeout);
}

TEST_F(StreamDeadline, AnAnswerThatIsNotLaterThanNowIsNone) {
  const auto stream = StartStream(harness_, ClientHarness::Request(), milliseconds(1));
  stream->on_deadline = [](Instant now) { return now; };
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(stream->deadlines, 1);
  EXPECT_EQ(stream->error->kind, transport::ErrorKind::kTimeout);
}

TEST_F(StreamDeadline, ALaterOneReplacesIt) {
  const auto late = StartStream(harness_, ClientHarness::Request(), milliseconds(10));
  const auto witness = StartStream(harness_, ClientHarness::Request(), milliseconds(40));
  harness_.client->SetDeadline(late->id, ClientHarness::In(seconds(20)));
  ASSERT_TRUE(harness_.RunUntil([&] { return witness->ended && late->parts == 1; }));
  EXPECT_EQ(late->deadlines, 0);
  EXPECT_FALSE(late->ended);
}

TEST_F(StreamDeadline, EachStreamHasItsOwnInOrder) {
  std::string ended;
  const auto start = [&](char name) {
    auto stream = StartStream(harness_);
    stream->on_end = [&ended, name] { ended += name; };
    return stream;
  };
  const auto a = start('a');
  const auto b = start('b');
  const auto c = start('c');
  const auto now = std::chrono::steady_clock::now();
  harness_.client->SetDeadline(a->id, now + milliseconds(30));
  harness_.client->SetDeadline(b->id, now + milliseconds(10));
  harness_.client->SetDeadline(c->id, now + milliseconds(20));
  ASSERT_TRUE(harness_.RunUntil([&] { return ended.size() == 3; }));
  EXPECT_EQ(ended, "bca");
}

TEST_F(StreamDeadline, ItMayBeMovedFromInsideTheHandler) {
  const auto stream = StartStream(harness_);
  stream->on_body = [&] { harness_.client->SetDeadline(stream->id, ClientHarness::In(milliseconds(1))); };
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended; }));
  EXPECT_THAT(stream->Outcome(), StartsWith("200 one timeout"));
}

TEST_F(StreamDeadline, ItGoesOnWhilePaused) {
  const auto stream = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1; }));
  harness_.client->Pause(stream->id);
  harness_.client->SetDeadline(stream->id, ClientHarness::In(milliseconds(1)));
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended; }));
  EXPECT_THAT(stream->Outcome(), HasSubstr("timeout: timed out waiting for its reader"));
}

TEST_F(StreamDeadline, TheHandlerMayCancelFromInside) {
  const auto stream = StartStream(harness_);
  stream->on_deadline = [&](Instant now) -> std::optional<Instant> {
    harness_.client->Cancel(stream->id);
    return now + seconds(20);
  };
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1; }));
  harness_.client->SetDeadline(stream->id, ClientHarness::In(milliseconds(1)));
  ASSERT_TRUE(harness_.RunUntil([&] { return closed_ == 1; }));
  harness_.io.poll();
  EXPECT_EQ(stream->Outcome(), "200 one…");
  EXPECT_EQ(harness_.client->connections().active, 0u);
}

TEST_F(StreamDeadline, TheHandlerMayReleaseFromInside) {
  const auto stream = StartStream(harness_);
  stream->on_deadline = [&](Instant) -> std::optional<Instant> {
    harness_.client->Release(stream->id);
    return std::nullopt;
  };
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1; }));
  harness_.client->SetDeadline(stream->id, ClientHarness::In(milliseconds(1)));
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->deadlines == 1; }));
  EXPECT_EQ(harness_.client->connections().active, 1u) << "the rest of the answer is waited for";
  ASSERT_TRUE(harness_.RunUntil([&] { return closed_ == 1; }));
  EXPECT_EQ(stream->Outcome(), "200 one…");
}

TEST_F(StreamDeadline, TheHandlerMayDestroyTheClientFromInside) {
  const auto stream = StartStream(harness_);
  const auto other = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1 && other->parts == 1; }));
  stream->on_deadline = [&](Instant now) -> std::optional<Instant> {
    harness_.client.reset();
    return now + seconds(20);
  };
  for (const auto& each : {stream, other}) harness_.client->SetDeadline(each->id, Instant::min());
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->ended && closed_ == 2; }));
  EXPECT_THAT(stream->Outcome(), StartsWith("200 one cancelled"));
  EXPECT_THAT(other->Outcome(), StartsWith("200 one cancelled"));
  harness_.io.run();
}

TEST_F(StreamDeadline, AFinishedOrUnknownStreamHasNone) {
  const auto stream = StartStream(harness_);
  ASSERT_TRUE(harness_.RunUntil([&] { return stream->parts == 1; }));
  harness_.client->Cancel(stream->id);
  for (const transport::ExchangeId id : {stream->id, transport::ExchangeId{0}, transport::ExchangeId{999}}) {
    harness_.client->SetDeadline(id, Instant::min());
    harness_.client->Pause(id);
    harness_.client->Resume(id);
    harness_.client->Release(id);
    harness_.client->Cancel(id);
  }
  ASSERT_TRUE(harness_.RunUntil([&] { return closed_ == 1; }));
  harness_.io.poll();
  EXPECT_EQ(stream->deadlines, 0);
  EXPECT_FALSE(stream->ended);
}

TEST_F(StreamDeadline, AWholeAnswersExchangeIsNotMoved) {
  std::optional<transport::ExchangeResult> result;
  const auto id = harness_.Start(&result, ClientHarness::Request("silent"));
  const auto witness = StartStream(harness_, ClientHarness::Request(), milliseconds(20));
  harness_.client->SetDeadline(id, Instant::min());
  harness_.client->Release(id);
  harness_.client->Pause(id);
  ASSERT_TRUE(harness_.RunUntil([&] { return witness->ended; }));
  EXPECT_FALSE(result.has_value());
  harness_.client->Cancel(id);
  ASSERT_TRUE(harness_.RunUntil([&] { return result.has_value(); }));
  EXPECT_THAT(Describe(*result), StartsWith("cancelled"));
}

}  // namespace
}  // namespace spillway::testing
