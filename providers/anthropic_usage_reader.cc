#include "providers/anthropic_usage_reader.h"

#include <cstdint>
#include <string_view>

#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/token_count.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

struct Figures {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_written = 0;
  std::int64_t thinking = 0;
};

bool Take(const json::value& value, std::int64_t& figure) {
  const auto count = AsTokenCount(value);
  if (count) figure = *count;
  return count.has_value();
}

// One member is ours, the rest is `extra`.
void ReadOutputDetails(std::string_view name, const json::object& details, Figures& figures, v1::Usage& out) {
  for (const auto& member : details) {
    const std::string_view detail = View(member.key());
    if (detail == "thinking_tokens" && Take(member.value(), figures.thinking)) continue;
    auto& rest = (*out.mutable_extra()->mutable_fields())[std::string(name)];
    SetMember(detail, member.value(), *rest.mutable_struct_value());
  }
}

// False: it is `extra`.
bool ReadMember(std::string_view name, const json::value& value, Figures& figures, v1::Usage& out) {
  if (name == "input_tokens") return Take(value, figures.input);
  if (name == "output_tokens") return Take(value, figures.output);
  if (name == "cache_read_input_tokens") return Take(value, figures.cache_read);
  if (name == "cache_creation_input_tokens") {
    Take(value, figures.cache_written);
    return false;
  }
  if (name == "output_tokens_details" && value.is_object()) {
    ReadOutputDetails(name, value.get_object(), figures, out);
    return true;
  }
  return name == "service_tier" && value.is_string();
}

}  // namespace

void ReadAnthropicUsage(const json::object& usage, v1::Usage& out) {
  Figures figures;
  for (const auto& member : usage) {
    const std::string_view name = View(member.key());
    if (member.value().is_null() || ReadMember(name, member.value(), figures, out)) continue;
    SetMember(name, member.value(), *out.mutable_extra());
  }
  out.set_prompt_tokens(figures.input + figures.cache_read + figures.cache_written);
  out.set_completion_tokens(figures.output);
  out.set_total_tokens(out.prompt_tokens() + out.completion_tokens());
  out.set_cached_tokens(figures.cache_read);
  out.set_reasoning_tokens(figures.thinking);
}

}  // namespace spillway::providers
