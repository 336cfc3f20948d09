#include "providers/thinking_blocks.h"

#include <string>

#include "providers/api_name.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

constexpr char kBlocks[] = "thinking_blocks";
constexpr char kType[] = "type";
constexpr char kThinking[] = "thinking";
constexpr char kSignature[] = "signature";
constexpr char kRedacted[] = "redacted_thinking";
constexpr char kData[] = "data";

std::string_view TextIn(const Struct& block, const char* name) {
  const auto found = block.fields().find(name);
  return found == block.fields().end() ? std::string_view() : found->second.string_value();
}

void SetText(Struct& block, const char* name, std::string_view text) {
  (*block.mutable_fields())[name].set_string_value(std::string(text));
}

}  // namespace

std::vector<ThinkingBlock> ThinkingBlocksOf(const v1::Message& message) {
  std::vector<ThinkingBlock> out;
  const Struct* scope = ScopedExtra(message.extra(), v1::API_ANTHROPIC);
  if (scope == nullptr) return out;
  const auto blocks = scope->fields().find(kBlocks);
  if (blocks == scope->fields().end()) return out;
  for (const auto& value : blocks->second.list_value().values()) {
    const Struct& block = value.struct_value();
    const std::string_view type = TextIn(block, kType);
    const ThinkingBlock read{TextIn(block, kThinking), TextIn(block, kSignature), TextIn(block, kData)};
    if (type == kThinking && !read.signature.empty()) out.push_back({read.text, read.signature, {}});
    if (type == kRedacted && !read.redacted.empty()) out.push_back({{}, {}, read.redacted});
  }
  return out;
}

void AddThinkingBlock(const ThinkingBlock& block, v1::Message& message) {
  Struct& scope = MutableScopedExtra(*message.mutable_extra(), v1::API_ANTHROPIC);
  Struct& added =
      *(*scope.mutable_fields())[kBlocks].mutable_list_value()->add_values()->mutable_struct_value();
  if (!block.redacted.empty()) {
    SetText(added, kType, kRedacted);
    SetText(added, kData, block.redacted);
    return;
  }
  SetText(added, kType, kThinking);
  SetText(added, kThinking, block.text);
  SetText(added, kSignature, block.signature);
}

}  // namespace spillway::providers
