// The messages and the system's blocks of a recorded request of Bedrock's, for bedrock_request_reader.h.
// Pure.
#ifndef SPILLWAY_TESTS_REPLAY_BEDROCK_MESSAGE_PARSER_H_
#define SPILLWAY_TESTS_REPLAY_BEDROCK_MESSAGE_PARSER_H_

#include <boost/json.hpp>
#include <string>

#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

// Adds to the request's messages. False, with what is wrong in `problem`, for what a message cannot hold.
[[nodiscard]] bool ParseBedrockSystem(const boost::json::value& system, v1::ChatRequest& out,
                                      std::string& problem);
[[nodiscard]] bool ParseBedrockMessages(const boost::json::value& messages, v1::ChatRequest& out,
                                        std::string& problem);

// The caller's mark for a cachePoint block, into `extra`.
void MarkCachePoint(const boost::json::value& cache_point, google::protobuf::Struct& extra);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_BEDROCK_MESSAGE_PARSER_H_
