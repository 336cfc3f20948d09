// Proves that decoding loses nothing: every scalar of a response body is found again in the
// decoded message.
//
// The message mirrors OpenAI's names, so its proto-JSON form is walked beside the body: a member
// `name` is looked for as `name`, and as `extra.name` or `extra.API.name` of the same level. What decoding
// renames or drops on purpose is listed in the .cc file, each with its reason.
#ifndef SPILLWAY_TESTS_REPLAY_LEAF_CHECK_H_
#define SPILLWAY_TESTS_REPLAY_LEAF_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

// The path and value of every scalar in `body` that `decoded` does not hold.
std::vector<std::string> LostLeaves(std::string_view body, const v1::ChatResponse& decoded);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_LEAF_CHECK_H_
