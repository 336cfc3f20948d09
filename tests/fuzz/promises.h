// What codecs promise of whatever they return; each function throws where one is broken (fuzz_target.h).
#ifndef SPILLWAY_TESTS_FUZZ_PROMISES_H_
#define SPILLWAY_TESTS_FUZZ_PROMISES_H_

#include <vector>

#include "absl/status/status.h"
#include "providers/codec.h"
#include "providers/stream_decoder.h"
#include "router/failure.h"
#include "router/time.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::fuzz {

// At least one choice, each ended with one of OpenAI's words; no negative usage; a message that arrives.
void CheckAnswer(const v1::ChatResponse& answer);

// Of a class, with texts that can be shown: UTF-8 on one line, no longer than they may be.
void CheckFailure(const router::FailedAttempt& failed, const HttpResponse& response);

// Deltas that begin each choice with its role and each call with its id, name a call once, count calls from
// 0, say something each, and arrive.
void CheckDeltas(const std::vector<v1::Delta>& deltas);

// Choices in order, none twice, and one for each that `deltas` speak of.
void CheckEnding(const providers::StreamEnding& ending, const std::vector<v1::Delta>& deltas);

// Longer than nothing, and not longer than kLongestHint.
void CheckHint(router::Duration hint);

// A path and headers that a request can hold, a body that is one JSON object, `dropped` in order.
void CheckExchange(const providers::EncodedRequest& exchange);

// INVALID_ARGUMENT, or UNIMPLEMENTED where that is `allowed`, with a message that gRPC can carry.
void CheckRefusal(const absl::Status& status, bool unimplemented_allowed);

}  // namespace spillway::fuzz

#endif  // SPILLWAY_TESTS_FUZZ_PROMISES_H_
