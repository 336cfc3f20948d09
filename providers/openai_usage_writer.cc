#include "providers/openai_usage_writer.h"

#include <array>
#include <cmath>
#include <string_view>

#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kPromptDetails = "prompt_tokens_details";
constexpr std::string_view kCompletionDetails = "completion_tokens_details";
constexpr std::array<std::string_view, 5> kFields = {"prompt_tokens", "completion_tokens", "total_tokens",
                                                     kPromptDetails, kCompletionDetails};

// `name` is the one member of these details that has a field.
void WriteDetails(const v1::Usage& usage, std::string_view details, std::string_view name,
                  std::int64_t figure, JsonWriter& json) {
  json.Key(details);
  json.BeginObject();
  json.Key(name);
  json.Int(figure);
  const auto* rest = NestedExtra(usage.extra(), details);
  if (rest != nullptr) WriteMembersOrNull(*rest, {&name, 1}, json);
  json.EndObject();
}

// The provider's own, where it gave another than the sum.
std::int64_t TotalOf(const v1::Usage& usage) {
  // As openai_usage_reader.h keeps it.
  constexpr double kMost = 0x1p54;
  const auto total = usage.extra().fields().find("total_tokens");
  if (total == usage.extra().fields().end() || !total->second.has_number_value()) return usage.total_tokens();
  const double number = total->second.number_value();
  const bool is_count = number >= 0 && number <= kMost && std::trunc(number) == number;
  return is_count ? static_cast<std::int64_t>(number) : usage.total_tokens();
}

}  // namespace

void WriteOpenAiUsage(const v1::Usage& usage, JsonWriter& json) {
  json.BeginObject();
  json.Key(kFields[0]);
  json.Int(usage.prompt_tokens());
  json.Key(kFields[1]);
  json.Int(usage.completion_tokens());
  json.Key(kFields[2]);
  json.Int(TotalOf(usage));
  WriteDetails(usage, kPromptDetails, "cached_tokens", usage.cached_tokens(), json);
  WriteDetails(usage, kCompletionDetails, "reasoning_tokens", usage.reasoning_tokens(), json);
  WriteMembersOrNull(usage.extra(), kFields, json);
  json.EndObject();
}

}  // namespace spillway::providers
