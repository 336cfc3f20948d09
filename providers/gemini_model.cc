#include "providers/gemini_model.h"

#include <algorithm>
#include <charconv>

#include "providers/reasoning_effort.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kFamily = "gemini-";
constexpr int kNewest = 300;
constexpr int kGemini25 = 205;

// What 2.5 models take, as Google documents it.
constexpr std::int64_t kLeastOfPro = 128;
constexpr std::int64_t kMostOfPro = 32768;
constexpr std::int64_t kMostOfFlash = 24576;

// The number at the start of `text`, which it is taken from; nothing when there is none.
std::optional<int> TakeNumber(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > 999) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

int VersionOf(std::string_view name) {
  const std::optional<int> major = TakeNumber(name);
  if (!major) return name.ends_with("-latest") ? kNewest : 0;
  if (!name.starts_with('.')) return 100 * *major;
  name.remove_prefix(1);
  return 100 * *major + std::min(TakeNumber(name).value_or(0), 99);
}

std::string_view LevelFor(const GeminiModel& model, std::string_view effort) {
  if (effort == "none" || effort == "minimal") return model.pro ? "low" : "minimal";
  if (effort == "low") return "low";
  // The first of the third generation knows two levels.
  if (effort == "medium") return model.pro && model.version == 300 ? "high" : "medium";
  return "high";
}

}  // namespace

GeminiModel GeminiModelOf(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);
  if (!name.starts_with(kFamily)) return {};
  name.remove_prefix(kFamily.size());
  return {VersionOf(name), name.find("pro") != std::string_view::npos};
}

std::optional<GeminiThinking> GeminiThinkingFor(const GeminiModel& model, std::string_view effort) {
  if (model.IsThirdGeneration()) return GeminiThinking{std::nullopt, LevelFor(model, effort)};
  if (model.version != kGemini25) return std::nullopt;
  const std::int64_t budget = ReasoningBudget(effort).value_or(0);
  return GeminiThinking{
      model.pro ? std::clamp(budget, kLeastOfPro, kMostOfPro) : std::min(budget, kMostOfFlash), {}};
}

}  // namespace spillway::providers
