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

// Into `out.usage`, and `out.service_tier` where it names one. A figure that is no whole number from 0 to
// 2^53 stays in `extra`.
void ReadGeminiUsage(const boost::json::object& usage, v1::ChatResponse& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_USAGE_READER_H_
