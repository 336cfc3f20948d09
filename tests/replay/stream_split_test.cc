// Every recorded stream, however its bytes come: split anywhere, with other line ends, with comments.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/replay/every_recorded_stream.h"
#include "tests/support/stream_run.h"

namespace spillway::replay {
namespace {

using spillway::testing::Difference;
using spillway::testing::EveryByte;
using spillway::testing::StreamRun;

// Cuts at distances that are small, as of small packets, or large.
std::vector<std::size_t> RandomCuts(std::size_t size, std::mt19937_64& engine) {
  const std::size_t longest = std::size_t{1} << (1 + engine() % 12);
  std::vector<std::size_t> cuts;
  for (std::size_t at = 1 + engine() % longest; at < size; at += 1 + engine() % longest) cuts.push_back(at);
  return cuts;
}

std::string WithLineEnds(std::string_view body, std::string_view line_end) {
  std::string out;
  for (const char c : body) {
    if (c == '\n') out += line_end;
    if (c != '\n' && c != '\r') out += c;
  }
  return out;
}

TEST_F(EveryRecordedStream, IsTheSameByteByByte) {
  ForEach([](const Stream& stream) {
    EXPECT_EQ(stream.whole().broken_rule, "");
    const StreamRun split = stream.Run(stream.body(), EveryByte(stream.body().size()));
    EXPECT_EQ(split.broken_rule, "");
    EXPECT_EQ(Difference(stream.whole(), split), "");
  });
}

TEST_F(EveryRecordedStream, IsTheSameInTwoPieces) {
  ForEach([](const Stream& stream) {
    for (const std::size_t place : PlacesIn(stream.body())) {
      ASSERT_EQ(Difference(stream.whole(), stream.Run(stream.body(), {{place}})), "") << place;
    }
  });
}

TEST_F(EveryRecordedStream, IsTheSameInPiecesOfAnySize) {
  std::mt19937_64 engine(20260101);
  ForEach([&engine](const Stream& stream) {
    for (int i = 0; i < 20; ++i) {
      const auto cuts = RandomCuts(stream.body().size(), engine);
      ASSERT_EQ(Difference(stream.whole(), stream.Run(stream.body(), cuts)), "") << i;
    }
  });
}

TEST_F(EveryRecordedStream, IsTheSameWithAnyLineEndsAndAByteOrderMark) {
  ForEach([](const Stream& stream) {
    if (stream.framing() != Framing::kSse) return;
    for (const char* line_end : {"\n", "\r\n", "\r"}) {
      const std::string body = "\xEF\xBB\xBF" + WithLineEnds(stream.body(), line_end);
      EXPECT_EQ(Difference(stream.whole(), stream.Run(body)), "");
      EXPECT_EQ(Difference(stream.whole(), stream.Run(body, EveryByte(body.size()))), "");
    }
  });
}

TEST_F(EveryRecordedStream, IsTheSameWithCommentsBetweenItsEvents) {
  ForEach([](const Stream& stream) {
    if (stream.framing() != Framing::kSse) return;
    std::string body;
    for (const RecordedEvent& event : stream.events()) {
      body += ": still here\n\n:\n";
      body += stream.body().substr(event.begin, event.end - event.begin);
    }
    EXPECT_EQ(Difference(stream.whole(), stream.Run(body)), "");
  });
}

}  // namespace
}  // namespace spillway::replay
