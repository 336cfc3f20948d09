// How hard a model of Cohere's is to think. Pure.
#ifndef SPILLWAY_PROVIDERS_COHERE_THINKING_H_
#define SPILLWAY_PROVIDERS_COHERE_THINKING_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::providers {

// Whether `model` is known to think; others refuse the field. Cohere says so of Command A Reasoning and of
// Command A+ (November 2026).
constexpr bool CohereThinks(std::string_view model) {
  for (const std::string_view mark : {"reasoning", "thinking", "command-a-plus"}) {
    if (model.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

// What is left of `budget` (from 1 up) so that an answer still fits: those models write 32,000 tokens at
// most, and Cohere advises to keep 1,000 for the answer. Of a smaller limit thinking gets half.
constexpr std::int64_t CohereThinkingBudget(std::int64_t budget, std::optional<std::int64_t> max_tokens) {
  constexpr std::int64_t kMost = 31000;
  budget = std::min(budget, kMost);
  if (max_tokens && budget >= *max_tokens) budget = *max_tokens / 2;
  return std::max<std::int64_t>(budget, 1);
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_THINKING_H_
