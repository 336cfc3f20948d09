// A whole stream through its decoder, in pieces of any sizes, and everything the decoder said. Pure.
#ifndef SPILLWAY_TESTS_SUPPORT_STREAM_RUN_H_
#define SPILLWAY_TESTS_SUPPORT_STREAM_RUN_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/codec.h"
#include "providers/stream_decoder.h"
#include "router/failure.h"
#include "spillway/v1/chat.pb.h"
#include "transport/http_message.h"

namespace spillway::testing {

struct StreamRun {
  std::vector<v1::Delta> deltas;
  // After the last byte, before Finish; and after it.
  providers::StreamState fed = providers::StreamState::kOpen;
  providers::StreamState state = providers::StreamState::kOpen;
  // One of them, as the state says.
  std::optional<providers::StreamEnding> ending;
  std::optional<router::FailedAttempt> failure;
  // The first rule of StreamDecoder's own that it broke, whatever the stream holds; empty: none.
  std::string_view broken_rule;
};

// Feeds the body of `response`, split before each of the ascending `cuts`, and Finish; and more bytes after
// the end, which must be without effect.
StreamRun RunStream(const providers::Codec& codec, const HttpResponse& response,
                    const providers::StreamContext& context, std::span<const std::size_t> cuts = {});

// The cuts of a body that comes byte by byte.
std::vector<std::size_t> EveryByte(std::size_t size);

// What a unary call would have got: the deltas assembled, or the failure.
providers::Decoded Assembled(const StreamRun& run);

// In what two runs differ, for people; empty: in nothing.
std::string Difference(const StreamRun& one, const StreamRun& other);

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_STREAM_RUN_H_
