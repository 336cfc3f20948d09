// Anthropic's `usage` -> Usage, in OpenAI's arithmetic. Pure.
//
// Anthropic counts apart what was read from the cache, what was written to it, and the rest of the input;
// OpenAI's prompt is all three. Its output includes the thinking, as OpenAI's completion does.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_USAGE_READER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_USAGE_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Every figure but `input_tokens`, `output_tokens`, `cache_read_input_tokens` and the tokens of thinking
// goes to `extra` under its own path, and so do those four when they are no count. `service_tier` is left
// to whoever reads the answer.
void ReadAnthropicUsage(const boost::json::object& usage, v1::Usage& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_USAGE_READER_H_
