// A request body in Cohere's form -> ChatRequest: what the codec writes, read back. For tests only. Pure.
#ifndef SPILLWAY_TESTS_REPLAY_COHERE_REQUEST_READER_H_
#define SPILLWAY_TESTS_REPLAY_COHERE_REQUEST_READER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

// What has no field goes to extra.cohere of its level. INVALID_ARGUMENT names what ChatRequest cannot hold.
absl::StatusOr<v1::ChatRequest> ReadCohereRequest(std::string_view body);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_COHERE_REQUEST_READER_H_
