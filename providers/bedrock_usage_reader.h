// `usage` of Bedrock's Converse -> Usage. Pure.
//
// inputTokens leaves out what went through the cache; OpenAI's prompt_tokens has it in. Some answers give the
// figures of the cache under two names, cacheReadInputTokens and cacheReadInputTokenCount. What was written
// to the cache has no field: it stays in `extra`, as does every other figure, under Bedrock's name.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_USAGE_READER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_USAGE_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `total_tokens` becomes the sum; another figure of Bedrock's is kept in `extra.totalTokens`. Figures that
// are no whole number from 0 up stay in `extra`.
void ReadBedrockUsage(const boost::json::object& usage, v1::Usage& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_USAGE_READER_H_
