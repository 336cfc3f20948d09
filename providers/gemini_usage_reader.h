// Gemini's `usageMetadata` -> Usage, in OpenAI's arithmetic. Pure.
//
//   prompt      promptTokenCount (cached ones included) + toolUsePromptTokenCount
//   completion  candidatesTokenCount + thoughtsTokenCount
//
// Further figures, and a total that is not the sum of those two, stay in Usage.extra under their own names.
#ifndef SPILLWAY_PROVIDERS_GEMINI_USAGE_READER_H_
#define SPILLWAY_PROVIDERS_GEMINI_USAGE_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Into `out.usage`, in place of what was there, and `out.service_tier` where it names one. A figure that is
// no whole number from 0 to 2^53 stays in `extra`. Vertex's streams say in most chunks only on which terms
// (`trafficType`) they are served: what counts no token does not replace what does.
void ReadGeminiUsage(const boost::json::object& usage, v1::ChatResponse& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_USAGE_READER_H_
