// A test with each recorded stream.
//
// Work is bounded: of a stream so long that splitting it at each byte would feed more than kBytesToFeed, only
// every so-many-th place is tried (and byte by byte, each place is a split anyway).
#ifndef SPILLWAY_TESTS_REPLAY_EVERY_RECORDED_STREAM_H_
#define SPILLWAY_TESTS_REPLAY_EVERY_RECORDED_STREAM_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/codec.h"
#include "tests/replay/joined_stream.h"
#include "tests/replay/recorded_events.h"
#include "tests/replay/recording.h"
#include "tests/replay/replay.h"
#include "tests/replay/shared_folder.h"
#include "tests/support/stream_run.h"

namespace spillway::replay {

// Of one stream, in one test.
inline constexpr std::size_t kBytesToFeed = 500'000;

// A recorded stream and how to run what becomes of it.
class Stream {
 public:
  explicit Stream(Recording recording)
      : recording_(std::move(recording)),
        api_(ApiOf(recording_).value()),
        codec_(providers::MakeCodec(api_, {})),
        events_(EventsOf(body(), framing())),
        whole_(Run(body())) {}

  const Recording& recording() const { return recording_; }
  std::string_view body() const { return recording_.response.body; }
  Framing framing() const { return FramingOf(recording_); }
  const std::vector<RecordedEvent>& events() const { return events_; }
  // As it was recorded, in one piece.
  const testing::StreamRun& whole() const { return whole_; }

  v1::Api api() const { return api_; }
  const providers::Codec& codec() const { return *codec_; }

  testing::StreamRun Run(std::string_view body, std::span<const std::size_t> cuts = {}) const {
    const HttpResponse response{recording_.response.status, recording_.response.headers, std::string(body)};
    return testing::RunStream(*codec_, response, {.choices = ChoicesAskedFor(recording_)}, cuts);
  }

  // Whether the beginning of the stream tells the end of every choice: of those asked for and of those begun.
  bool EndsIn(std::string_view beginning) const {
    const auto body = Join(api_, EventsOf(beginning, framing()));
    const std::size_t ended = EndedChoices(api_, body);
    const auto* choices = body.if_contains(api_ == v1::API_GEMINI ? "candidates" : "choices");
    const std::size_t begun = choices != nullptr && choices->is_array() ? choices->get_array().size() : 0;
    return ended >= static_cast<std::size_t>(ChoicesAskedFor(recording_)) && ended >= begun;
  }

  // Whether the last event of the beginning of the body is known to be all there.
  bool IsDelimited(std::string_view kept) const {
    return framing() != Framing::kSse || kept.ends_with("\n\n") || kept.ends_with("\r\n\r\n");
  }

 private:
  const Recording recording_;
  const v1::Api api_;
  const std::unique_ptr<const providers::Codec> codec_;
  const std::vector<RecordedEvent> events_;
  const testing::StreamRun whole_;
};

// Every place inside of a body, or as many, evenly spread, as the work allows.
inline std::vector<std::size_t> PlacesIn(std::string_view body) {
  const std::size_t step = 1 + body.size() * body.size() / kBytesToFeed;
  std::vector<std::size_t> places;
  for (std::size_t place = 1; place < body.size(); place += step) places.push_back(place);
  return places;
}

class EveryRecordedStream : public ::testing::Test {
 protected:
  // Calls `check` with each; skips the test where there are none.
  template <typename Check>
  void ForEach(Check check) {
    SPILLWAY_FIND_RECORDINGS(folder);
    const auto recordings = ReadRecordingFolder(*folder / "recordings");
    ASSERT_TRUE(recordings.ok()) << recordings.status();
    int streams = 0;
    for (const Recording& recording : *recordings) {
      if (!recording.IsStream()) continue;
      SCOPED_TRACE(recording.id);
      check(Stream(recording));
      ++streams;
    }
    EXPECT_GT(streams, 0);
  }
};

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_EVERY_RECORDED_STREAM_H_
