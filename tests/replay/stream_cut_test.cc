// Every recorded stream, cut off or garbled.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "providers/stream_decoder.h"
#include "router/failure.h"
#include "tests/replay/every_recorded_stream.h"
#include "tests/support/stream_run.h"

namespace spillway::replay {
namespace {

using providers::StreamState;
using router::Failure;
using spillway::testing::StreamRun;

TEST_F(EveryRecordedStream, IsNotWholeWhenItIsCutOff) {
  ForEach([](const Stream& stream) {
    for (const std::size_t place : PlacesIn(stream.body())) {
      SCOPED_TRACE(place);
      const std::string_view kept = stream.body().substr(0, place);
      const StreamRun run = stream.Run(kept);
      EXPECT_EQ(run.broken_rule, "");
      if (run.state == StreamState::kComplete) {
        ASSERT_TRUE(stream.EndsIn(kept));
      } else if (stream.whole().state == StreamState::kComplete) {
        ASSERT_EQ(run.failure->failure, Failure::kTruncated) << run.failure->message;
      }
    }
  });
}

// The end mark, and whatever else stands after the last of the ends, need not come.
TEST_F(EveryRecordedStream, IsWholeOnceItsChoicesHaveEnded) {
  ForEach([](const Stream& stream) {
    if (stream.whole().state != StreamState::kComplete) return;
    int ended = 0;
    std::ptrdiff_t tokens_at_end = 0;
    for (const RecordedEvent& event : stream.events()) {
      const std::string_view kept = stream.body().substr(0, event.end);
      const StreamRun run = stream.Run(kept);
      ASSERT_EQ(run.state == StreamState::kComplete, stream.EndsIn(kept)) << event.data;
      if (run.state == StreamState::kComplete) {
        // Known as soon as the event is, not only when the bytes end; but the word in Gemini's first event
        // may be one that comes with each, and what went on after its end is not believed the next.
        const auto tokens = std::count_if(run.deltas.begin(), run.deltas.end(), providers::CarriesToken);
        if (ended++ == 0) tokens_at_end = tokens;
        EXPECT_TRUE(run.fed != StreamState::kOpen || !stream.IsDelimited(kept) ||
                    stream.events().size() == 1 || tokens > tokens_at_end);
      }
    }
    EXPECT_GT(ended, 0);
  });
}

// The body with one byte of its event that makes it unreadable.
std::string Garbled(const Stream& stream, const RecordedEvent& event, std::size_t way) {
  std::string body(stream.body());
  if (stream.framing() == Framing::kFrames) {
    // The frame's length, its headers, its payload, its checksum.
    const std::size_t size = event.end - event.begin;
    const std::size_t places[] = {2, 20, size / 2, size - 1};
    body[event.begin + places[way]] ^= 1;
    return body;
  }
  const std::size_t data = body.find('{', event.begin);
  const std::size_t places[] = {data, data + 1, (data + event.end) / 2, body.rfind('}', event.end)};
  constexpr char kGarbage[] = {'?', '\x01', '\xFF', '('};
  body[places[way]] = kGarbage[way];
  return body;
}

TEST_F(EveryRecordedStream, IsMalformedWithOneEventGarbled) {
  ForEach([](const Stream& stream) {
    const std::size_t step = 1 + stream.events().size() * stream.body().size() / kBytesToFeed;
    int garbled = 0;
    for (std::size_t i = 0; i < stream.events().size(); i += step) {
      const RecordedEvent& event = stream.events()[i];
      const StreamState before = stream.Run(stream.body().substr(0, event.begin)).fed;
      if (before != StreamState::kOpen && before != StreamState::kFinished) break;
      // An event that is named as an error is one, whatever it says.
      if (event.stray || event.name == "error" || event.data.starts_with("[DONE]")) continue;
      for (std::size_t way = 0; way < 4; ++way) {
        SCOPED_TRACE(::testing::Message() << "event " << i << ", way " << way << ": " << event.data);
        const StreamRun run = stream.Run(Garbled(stream, event, way));
        EXPECT_EQ(run.broken_rule, "");
        ASSERT_EQ(run.state, StreamState::kFailed);
        ASSERT_EQ(router::TraitsOf(run.failure->failure).name, "malformed") << run.failure->message;
      }
      ++garbled;
    }
    EXPECT_GT(garbled, 0);
  });
}

}  // namespace
}  // namespace spillway::replay
