// What the name of a Gemini model tells about it. Pure.
#ifndef SPILLWAY_PROVIDERS_GEMINI_MODEL_H_
#define SPILLWAY_PROVIDERS_GEMINI_MODEL_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::providers {

struct GeminiModel {
  // 100 * major + minor: 205 for gemini-2.5-pro. The names that always mean the newest (gemini-flash-latest)
  // count as 300. 0 for every other name: a tuned model, an endpoint, another publisher's model.
  int version = 0;
  // The large one of its family: it always thinks.
  bool pro = false;

  // From Gemini 3 on: thought signatures are checked, thinking is set in levels, an answer in JSON may go
  // together with tools.
  bool IsThirdGeneration() const { return version >= 300; }
};

// `name` as configuration or a caller writes it, alone or with the path of its resource.
GeminiModel GeminiModelOf(std::string_view name);

// How a model is told to think: one of the two.
struct GeminiThinking {
  // gemini-2.5: tokens.
  std::optional<std::int64_t> budget;
  // gemini-3 and later: minimal, low, medium or high.
  std::string_view level;
};

// OpenAI's word in the model's own terms, clamped to what the model takes: those that cannot stop thinking
// get the least for "none". Nothing when the model does not think on demand. `effort` is a word that
// ReasoningBudget knows.
std::optional<GeminiThinking> GeminiThinkingFor(const GeminiModel& model, std::string_view effort);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_MODEL_H_
