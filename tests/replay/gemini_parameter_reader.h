// What a recorded body of Gemini's API says beside its contents -> the fields of ChatRequest. For tests only.
// The body's names are in camelCase (gemini_meaning.h); what has no field goes to `extra.gemini`.
#ifndef SPILLWAY_TESTS_REPLAY_GEMINI_PARAMETER_READER_H_
#define SPILLWAY_TESTS_REPLAY_GEMINI_PARAMETER_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::replay {

// Of `generationConfig`.
void ReadGeminiConfig(const boost::json::object& config, v1::ChatRequest& out);

// `tools` and `toolConfig` of the body.
void ReadGeminiTools(const boost::json::object& body, v1::ChatRequest& out);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_GEMINI_PARAMETER_READER_H_
