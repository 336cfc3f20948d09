// Gemini's `logprobsResult` -> Logprobs. Pure.
//
// Tokens come as two lists of the same length: those chosen, and the likeliest for each. What TokenLogprob
// has no field for (the ids of the tokens) keeps its list whole in Logprobs.extra as well.
#ifndef SPILLWAY_PROVIDERS_GEMINI_LOGPROBS_READER_H_
#define SPILLWAY_PROVIDERS_GEMINI_LOGPROBS_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

void ReadGeminiLogprobs(const boost::json::object& result, v1::Logprobs& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_LOGPROBS_READER_H_
