#include "providers/gemini_kept.h"

#include <string>

#include "providers/api_name.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr char kSignature[] = "thought_signature";
constexpr char kId[] = "id";
constexpr char kParts[] = "parts";

const Value* Find(const Struct* object, const char* name) {
  if (object == nullptr) return nullptr;
  const auto found = object->fields().find(name);
  return found == object->fields().end() ? nullptr : &found->second;
}

std::string_view TextIn(const Struct* object, const char* name) {
  const Value* value = Find(object, name);
  return value == nullptr ? std::string_view() : std::string_view(value->string_value());
}

void Keep(const char* name, std::string_view text, Struct& extra) {
  Struct& scope = MutableScopedExtra(extra, v1::API_GEMINI);
  (*scope.mutable_fields())[name].set_string_value(std::string(text));
}

bool IsThought(const Value& part) {
  const Value* thought = Find(&part.struct_value(), "thought");
  return thought != nullptr && thought->bool_value();
}

bool SaysTheSame(const ListValue& parts, const v1::Message& message) {
  std::string text;
  int calls = 0;
  for (const Value& part : parts.values()) {
    if (const Value* name = GeminiCallIn(part)) {
      const bool same = calls < message.tool_calls_size() &&
                        message.tool_calls(calls).function().name() == name->string_value();
      if (!same) return false;
      ++calls;
    } else if (!IsThought(part)) {
      text += TextIn(&part.struct_value(), "text");
    }
  }
  return calls == message.tool_calls_size() && text == message.content() && message.parts().empty();
}

}  // namespace

std::string_view GeminiSignatureIn(const Struct& extra) {
  const std::string_view own = TextIn(ScopedExtra(extra, v1::API_GEMINI), kSignature);
  if (!own.empty()) return own;
  const Struct* content = NestedExtra(extra, "extra_content");
  return content == nullptr ? own : TextIn(NestedExtra(*content, "google"), kSignature);
}

void KeepGeminiSignature(std::string_view signature, Struct& extra) { Keep(kSignature, signature, extra); }

std::string_view GeminiCallId(const v1::ToolCall& call) {
  return TextIn(ScopedExtra(call.extra(), v1::API_GEMINI), kId);
}

void KeepGeminiCallId(std::string_view id, Struct& extra) { Keep(kId, id, extra); }

const ListValue* GeminiPartsOf(const v1::Message& message) {
  const Value* parts = Find(ScopedExtra(message.extra(), v1::API_GEMINI), kParts);
  if (parts == nullptr || !parts->has_list_value()) return nullptr;
  const ListValue& list = parts->list_value();
  return !list.values().empty() && SaysTheSame(list, message) ? &list : nullptr;
}

ListValue& KeptGeminiParts(Struct& extra) {
  Struct& scope = MutableScopedExtra(extra, v1::API_GEMINI);
  return *(*scope.mutable_fields())[kParts].mutable_list_value();
}

const Value* GeminiCallIn(const Value& part) {
  const Value* call = Find(&part.struct_value(), "functionCall");
  return call == nullptr ? nullptr : Find(&call->struct_value(), "name");
}

}  // namespace spillway::providers
