#include "providers/mistral_effort.h"

#include <algorithm>

namespace spillway::providers {
namespace {

// By the beginnings of their names. `magistral-medium` always thinks; `mistral-large-latest` is Large 3.
constexpr std::string_view kWithoutEffort[] = {
    "ministral",     "codestral",    "devstral",           "pixtral",          "voxtral",
    "open-",         "mistral-nemo", "mistral-tiny",       "mistral-saba",     "mistral-code",
    "mistral-embed", "mistral-ocr",  "mistral-moderation", "magistral-medium", "mistral-large-latest"};

// The month of the first model that takes the field.
constexpr std::string_view kFirstMonth = "2603";

// "2508" of "mistral-medium-2508"; empty when the name ends otherwise.
std::string_view MonthOf(std::string_view model) {
  constexpr std::size_t kDigits = 4;
  if (model.size() <= kDigits || model[model.size() - kDigits - 1] != '-') return {};
  const std::string_view month = model.substr(model.size() - kDigits);
  return month.find_first_not_of("0123456789") == std::string_view::npos ? month : std::string_view();
}

bool HasEffort(std::string_view model) {
  const std::string_view month = MonthOf(model);
  if (!month.empty() && month < kFirstMonth) return false;
  return std::none_of(std::begin(kWithoutEffort), std::end(kWithoutEffort),
                      [&](std::string_view family) { return model.starts_with(family); });
}

}  // namespace

std::string_view MistralEffort(std::string_view model, std::string_view effort) {
  // Other hosts put a vendor's name before the model's.
  model.remove_prefix(model.rfind('/') + 1);
  if (!HasEffort(model)) return {};
  if (!model.starts_with("mistral-large")) return effort == "none" ? "none" : "high";
  if (effort == "none") return {};
  if (effort == "minimal" || effort == "low") return "low";
  return effort == "medium" ? "medium" : "high";
}

}  // namespace spillway::providers
