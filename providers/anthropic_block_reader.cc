#include "providers/anthropic_block_reader.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"
#include "providers/tool_arguments.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

bool IsNothing(const json::value& value) {
  return value.is_null() || (value.is_array() && value.get_array().empty());
}

// Whether the block's members, but for `type` and those named, say nothing.
bool SaysOnly(const json::object& block, std::initializer_list<std::string_view> names) {
  return std::all_of(block.begin(), block.end(), [&](const auto& member) {
    const std::string_view name = View(member.key());
    return name == "type" || IsNothing(member.value()) ||
           (member.value().is_string() && std::find(names.begin(), names.end(), name) != names.end());
  });
}

// Whether the message's fields, and its list of thinking, hold all that the block says.
bool FieldsHold(const json::object& block) {
  const std::string_view type = AnthropicText(block, "type");
  if (type == "text") return SaysOnly(block, {"text"});
  return (type == "thinking" || type == "redacted_thinking") &&
         SaysOnly(block, {"thinking", "signature", "data"});
}

// Without a signature it cannot be sent back, and the text is all there is to it.
void KeepThinking(const json::object& block, v1::Message& out) {
  const ThinkingBlock thinking{AnthropicText(block, "thinking"), AnthropicText(block, "signature"),
                               AnthropicText(block, "data")};
  if (!thinking.signature.empty() || !thinking.redacted.empty()) AddThinkingBlock(thinking, out);
}

}  // namespace

std::string_view AnthropicText(const json::object& block, std::string_view name) {
  const json::value* value = block.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or(std::string_view());
}

bool ReadAnthropicCall(const json::object& block, std::string_view seed, std::uint64_t place,
                       v1::ToolCall& out) {
  out.set_id(std::string(AnthropicText(block, "id")));
  if (out.id().empty()) out.set_id(MadeUpCallId(seed, place));
  out.set_type("function");
  out.mutable_function()->set_name(std::string(AnthropicText(block, "name")));
  out.mutable_function()->set_arguments(ArgumentsText(block.if_contains("input")));
  for (const auto& member : block) {
    const std::string_view name = View(member.key());
    if (name == "type" || name == "id" || name == "name" || name == "input") continue;
    if (IsNothing(member.value())) continue;
    SetMember(name, member.value(), MutableScopedExtra(*out.mutable_extra(), v1::API_ANTHROPIC));
  }
  return !out.function().name().empty();
}

void KeepAnthropicBlock(const json::object& block, v1::Message& out) {
  const std::string_view type = AnthropicText(block, "type");
  if (type == "thinking" || type == "redacted_thinking") KeepThinking(block, out);
  if (FieldsHold(block)) return;
  auto& scope = MutableScopedExtra(*out.mutable_extra(), v1::API_ANTHROPIC);
  auto& kept = *(*scope.mutable_fields())["content"].mutable_list_value()->add_values();
  ReadStruct(block, *kept.mutable_struct_value());
}

}  // namespace spillway::providers
