#include "providers/anthropic_block_end.h"

#include <array>
#include <string>
#include <vector>

#include "providers/api_name.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr char kCacheMark[] = "cache_control";
// Ours, not the API's: see thinking_blocks.h and anthropic_content_reader.h.
constexpr std::array<std::string_view, 3> kNotWritten = {kCacheMark, "thinking_blocks", "content"};

const Value* MarkIn(const Struct& extra) {
  const auto found = extra.fields().find(kCacheMark);
  return found == extra.fields().end() || found->second.has_null_value() ? nullptr : &found->second;
}

const Value* MarkOf(const Struct* extra) {
  if (extra == nullptr || extra->fields().empty()) return nullptr;
  const Struct* scope = ScopedExtra(*extra, v1::API_ANTHROPIC);
  const Value* scoped = scope == nullptr ? nullptr : MarkIn(*scope);
  return scoped != nullptr ? scoped : MarkIn(*extra);
}

}  // namespace

bool EndAnthropicBlock(const AnthropicBlockEnd& end, JsonWriter& json, FieldError& error) {
  const Struct* scope = end.own == nullptr ? nullptr : ScopedExtra(*end.own, v1::API_ANTHROPIC);
  if (scope != nullptr) {
    std::vector<std::string_view> reserved(end.fields.begin(), end.fields.end());
    reserved.emplace_back("type");
    if (!WriteMembers(*scope, reserved, json, error, kNotWritten)) return error.In("extra.anthropic");
  }
  const Value* mark = MarkOf(end.own);
  if (mark == nullptr) mark = MarkOf(end.outer);
  if (mark != nullptr) {
    json.Key(kCacheMark);
    if (!WriteValue(*mark, json, error)) {
      error.In(kCacheMark);
      return error.In("extra");
    }
  }
  json.EndObject();
  return true;
}

bool HasCacheMark(const Struct& extra) { return MarkOf(&extra) != nullptr; }

}  // namespace spillway::providers
