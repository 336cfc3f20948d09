// OpenAI's word for how hard to think -> tokens, for the APIs that want a number. Pure.
//
// The numbers are the ones Google publishes for its own OpenAI-compatible endpoint (low 1,024, medium
// 8,192, high 24,576), continued in both directions; 1,024 is also the least that Anthropic takes.
#ifndef SPILLWAY_PROVIDERS_REASONING_EFFORT_H_
#define SPILLWAY_PROVIDERS_REASONING_EFFORT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::providers {

// 0 for "none". Nothing for a word that is not known.
constexpr std::optional<std::int64_t> ReasoningBudget(std::string_view effort) {
  if (effort == "none") return 0;
  if (effort == "minimal" || effort == "low") return 1024;
  if (effort == "medium") return 8192;
  if (effort == "high") return 24576;
  if (effort == "xhigh" || effort == "max") return 32768;
  return std::nullopt;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_REASONING_EFFORT_H_
