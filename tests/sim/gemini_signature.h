// Thought signatures: what Gemini 3 gives with a part, and wants back on the same part.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_GEMINI_SIGNATURE_H_
#define SPILLWAY_TESTS_SIM_GEMINI_SIGNATURE_H_

#include <string>
#include <string_view>

namespace spillway::sim {

// Whether a model signs, and asks for signatures.
bool GeminiSigns(std::string_view model);

// Of a part that calls `function`, or of a text if that is "". Every seed gives another one.
std::string GeminiSignature(std::string_view function, std::string_view seed);

// Whether it is one of those for `function`, or what Google documents for history from elsewhere.
bool IsGeminiSignature(std::string_view signature, std::string_view function);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_GEMINI_SIGNATURE_H_
