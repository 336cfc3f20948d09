// One streamed answer, read as its bytes come. Pure: no I/O, no clock.
//
//   open ──Feed──> finished ──Feed, Finish──> complete
//     │                │
//     └──Feed, Finish──┴──> failed
//
// A choice that goes on after it had ended opens a finished answer again.
//
// Any split of the bytes gives the same deltas. What would make a part of an answer look like the
// whole (its finish reasons, its usage) is given out only when the whole is there.
// Not thread-safe; one answer each.
#ifndef SPILLWAY_PROVIDERS_STREAM_DECODER_H_
#define SPILLWAY_PROVIDERS_STREAM_DECODER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/failure.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

enum class StreamState : std::uint8_t {
  kOpen,
  // Every choice has ended. Usage or an end mark may follow; if nothing does, Finish completes the answer.
  kFinished,
  // Nothing more is needed, whatever else may come.
  kComplete,
  kFailed,
};

// What comes after the last delta of a whole answer.
struct StreamEnding {
  std::optional<v1::Usage> usage;
  // In the order of the choices, at least one. Without `route`.
  std::vector<v1::Finish> finishes;
};

// What the provider calls an answer, as far as it has said so.
struct AnswerIdentity {
  std::string id;
  // Unix time in seconds; 0: not said.
  std::int64_t created = 0;
  std::string model;
};

class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;

  // Until TakeEnding.
  virtual AnswerIdentity identity() const = 0;

  // Takes all of `bytes` and appends what they complete to `deltas`. Without effect once complete or failed.
  virtual StreamState Feed(std::string_view bytes, std::vector<v1::Delta>& deltas) = 0;

  // The bytes have ended: kComplete or kFailed (`truncated` where the answer had not ended).
  virtual StreamState Finish(std::vector<v1::Delta>& deltas) = 0;

  // Once complete, once.
  virtual StreamEnding TakeEnding() = 0;
  // Once failed, once.
  virtual router::FailedAttempt TakeFailure() = 0;
};

// Whether the model said something: text, reasoning, a refusal, a call, audio. A role or a provider's
// remark alone is a sign of life and no token.
bool CarriesToken(const v1::Delta& delta);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_STREAM_DECODER_H_
