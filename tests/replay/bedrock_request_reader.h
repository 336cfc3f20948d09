// A recorded request of Bedrock's Converse -> ChatRequest, so that the codec can be asked to write it again.
//
// What has a field goes there; a content block that has none becomes a part that carries it under
// `extra.bedrock`, and a member of the body goes to `extra.bedrock`. What a ChatRequest cannot hold is
// INVALID_ARGUMENT, named. Pure.
#ifndef SPILLWAY_TESTS_REPLAY_BEDROCK_REQUEST_READER_H_
#define SPILLWAY_TESTS_REPLAY_BEDROCK_REQUEST_READER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

absl::StatusOr<v1::ChatRequest> ReadBedrockRequest(std::string_view body);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_BEDROCK_REQUEST_READER_H_
