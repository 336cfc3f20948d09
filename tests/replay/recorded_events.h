// The events of a recorded stream, read in a way of the tests' own: beside it stands what the decoders make
// of them.
//
// As plain as possible, and no more tolerant than the recordings demand. Pure.
#ifndef SPILLWAY_TESTS_REPLAY_RECORDED_EVENTS_H_
#define SPILLWAY_TESTS_REPLAY_RECORDED_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/replay/recording.h"

namespace spillway::replay {

enum class Framing : std::uint8_t {
  kSse,
  // vnd.amazon.eventstream.
  kFrames,
  // Gemini's list of answers.
  kJsonList,
};

struct RecordedEvent {
  // `event:` of SSE; `:event-type` or `:exception-type` of a frame.
  std::string name;
  // JSON, or `[DONE]`.
  std::string data;
  // Text among SSE events that is none; then it is `data`.
  bool stray = false;
  // Where it stands in the body, with the blank line after it.
  std::size_t begin = 0;
  std::size_t end = 0;
};

Framing FramingOf(const Recording& recording);

// A last event that is cut off is one as well, unless it is a frame.
std::vector<RecordedEvent> EventsOf(std::string_view body, Framing framing);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_RECORDED_EVENTS_H_
