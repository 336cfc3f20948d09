// OpenAI-shaped `usage` -> Usage, whoever wrote it. Pure.
//
// All agree on the names of the three sums and on nothing else. Cached tokens stand in
// `prompt_tokens_details.cached_tokens`, or beside the sums as `cached_tokens` (Together) or
// `prompt_cache_hit_tokens` (DeepSeek). xAI counts reasoning beside completion_tokens, which
// shows in a total of all three. What Usage has no field for stays in `extra` under its own path.
#ifndef SPILLWAY_PROVIDERS_OPENAI_USAGE_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_USAGE_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `total_tokens` becomes the sum of the two; a provider's other figure is kept in
// `extra.total_tokens`. Figures that are no whole number from 0 up stay in `extra`.
void ReadOpenAiUsage(const boost::json::object& usage, v1::Usage& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_USAGE_READER_H_
