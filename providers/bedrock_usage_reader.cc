#include "providers/bedrock_usage_reader.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/token_count.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

std::optional<std::int64_t> Count(const json::object& usage, std::string_view name) {
  const json::value* value = usage.if_contains({name.data(), name.size()});
  return value == nullptr ? std::nullopt : AsTokenCount(*value);
}

}  // namespace

void ReadBedrockUsage(const json::object& usage, v1::Usage& out) {
  const auto input = Count(usage, "inputTokens");
  const auto output = Count(usage, "outputTokens");
  const auto read = Count(usage, "cacheReadInputTokens");
  const auto read_count = Count(usage, "cacheReadInputTokenCount");
  const auto written = Count(usage, "cacheWriteInputTokens");
  const auto written_count = Count(usage, "cacheWriteInputTokenCount");
  const std::int64_t cached = read ? *read : read_count.value_or(0);
  const std::int64_t stored = written ? *written : written_count.value_or(0);
  out.set_prompt_tokens(input.value_or(0) + cached + stored);
  out.set_completion_tokens(output.value_or(0));
  out.set_total_tokens(out.prompt_tokens() + out.completion_tokens());
  out.set_cached_tokens(cached);
  const bool same_total = Count(usage, "totalTokens") == out.total_tokens();
  for (const auto& member : usage) {
    const std::string_view name = View(member.key());
    const bool told = (name == "inputTokens" && input) || (name == "outputTokens" && output) ||
                      (name == "totalTokens" && same_total) || (name == "cacheReadInputTokens" && read) ||
                      (name == "cacheReadInputTokenCount" && read_count == cached);
    if (!told && !member.value().is_null()) SetMember(name, member.value(), *out.mutable_extra());
  }
}

}  // namespace spillway::providers
