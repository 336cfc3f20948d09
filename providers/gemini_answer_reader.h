// What a response of Gemini's generateContent says beside its candidates. Pure.
#ifndef SPILLWAY_PROVIDERS_GEMINI_ANSWER_READER_H_
#define SPILLWAY_PROVIDERS_GEMINI_ANSWER_READER_H_

#include <boost/json.hpp>
#include <optional>

#include "providers/choice_end.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Into the fields of `out`, and what has none into `extra`. Of a stream's chunks, which say it again and
// again, the latest counts.
void ReadGeminiAnswer(const boost::json::object& body, v1::ChatResponse& out);

// Why the prompt was not answered, where the body says that it was blocked.
std::optional<ChoiceFault> GeminiBlock(const boost::json::object& body);

// For an answer without candidates that says nothing of why. Where tokens were counted, the model was asked
// and broke down.
ChoiceFault GeminiSilence(const v1::ChatResponse& answer);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_ANSWER_READER_H_
