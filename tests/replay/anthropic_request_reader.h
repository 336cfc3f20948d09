// The body of a recorded request to Anthropic's Messages -> ChatRequest: the codec's encoder backwards. For
// tests only. Pure.
//
// What has no field goes to `extra.anthropic` of its level. What ChatRequest cannot hold is an UNIMPLEMENTED
// error whose message begins with one of kBeyondChatRequest; what is no such request at all, as providers'
// refusals are recorded with, is an INVALID_ARGUMENT one.
#ifndef SPILLWAY_TESTS_REPLAY_ANTHROPIC_REQUEST_READER_H_
#define SPILLWAY_TESTS_REPLAY_ANTHROPIC_REQUEST_READER_H_

#include <array>
#include <string_view>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

// ChatRequest's images have URLs, its documents data or ids; its assistant speaks, then calls; and it knows
// no blocks of other types.
inline constexpr std::array<std::string_view, 5> kBeyondChatRequest = {
    "an image by id", "a document by ", "words after a call", "unsigned thinking", "a block of type "};

absl::StatusOr<v1::ChatRequest> ReadAnthropicRequest(std::string_view body);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_ANTHROPIC_REQUEST_READER_H_
