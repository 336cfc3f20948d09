// Runs recorded exchanges through the codecs.
//
// A recording's provider decides the API it speaks; of a provider that is not known, the URL does. Streams go
// through their decoder and are assembled. Pure but for what the codecs are given as the time of
// arrival, which is fixed.
#ifndef SPILLWAY_TESTS_REPLAY_REPLAY_H_
#define SPILLWAY_TESTS_REPLAY_REPLAY_H_

#include <optional>
#include <string>
#include <string_view>

#include "providers/codec.h"
#include "spillway/v1/config.pb.h"
#include "tests/replay/recording.h"
#include "tests/support/stream_run.h"

namespace spillway::replay {

// The API that `provider` speaks, if a codec reads its answers.
std::optional<v1::Api> ApiOf(std::string_view provider);

// The same for a recording, whose URL may tell where its provider does not.
std::optional<v1::Api> ApiOf(const Recording& recording);

// How many choices the recorded request asks for; 1 where none was recorded.
int ChoicesAskedFor(const Recording& recording);

struct Replayed {
  // Why the exchange was not replayed; empty when it was.
  std::string skipped;
  // What the codec made of it, unless skipped.
  std::optional<providers::Decoded> decoded = std::nullopt;
  // If it is a stream, how `decoded` came about.
  std::optional<testing::StreamRun> stream = std::nullopt;

  // The answer, or null.
  const v1::ChatResponse* answer() const;
  // The failure, or null.
  const router::FailedAttempt* failure() const;
};

Replayed Replay(const Recording& recording);

// Whether the codec could not read what it should have: an answer or an error it calls unreadable, or a
// stream that it says is cut off.
bool IsUndecodable(const Replayed& replayed);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_REPLAY_H_
