// What an answer of Bedrock's Converse says beside its message and why that stopped: in the body of a whole
// one, in the last events of a stream. Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_ANSWER_READER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_ANSWER_READER_H_

#include <boost/json.hpp>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// What has no field, or is not of its type, goes into `extra`.
void ReadBedrockMember(std::string_view name, const boost::json::value& value, v1::ChatResponse& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_ANSWER_READER_H_
