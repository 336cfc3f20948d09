#include "providers/openai_message_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "providers/content_parts.h"
#include "providers/json_document.h"
#include "providers/json_text.h"
#include "providers/openai_call_reader.h"
#include "providers/role.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

bool AllObjects(const json::array& list) {
  return std::all_of(list.begin(), list.end(), [](const auto& value) { return value.is_object(); });
}

// What a message says of its reasoning and content, until all of it was seen.
struct Pending {
  const json::value* content = nullptr;
  const json::value* reasoning_content = nullptr;
  const json::value* reasoning = nullptr;
};

// The members with a text field. False for any other, or when the value is no text.
bool ReadText(std::string_view name, const json::value& value, v1::Message& out) {
  const auto text = AsText(value);
  if (!text) return false;
  if (name == "role") {
    // Whoever an answer claims to be, it is the assistant's turn.
    return text->empty() || RoleFromWord(*text) == v1::ROLE_ASSISTANT;
  }
  if (name == "refusal") {
    if (!text->empty()) out.set_refusal(std::string(*text));
  } else if (name == "name") {
    out.set_name(std::string(*text));
  } else if (name == "tool_call_id") {
    out.set_tool_call_id(std::string(*text));
  } else {
    return false;
  }
  return true;
}

bool ReadList(std::string_view name, const json::array& list, v1::Message& out) {
  if (name == "tool_calls" && AllObjects(list)) {
    for (const auto& call : list) ReadOpenAiToolCall(call.get_object(), *out.add_tool_calls());
    return true;
  }
  if (name == "annotations" && AllObjects(list)) {
    for (const auto& annotation : list) ReadStruct(annotation.get_object(), *out.add_annotations());
    return true;
  }
  return false;
}

bool ReadObject(std::string_view name, const json::object& object, v1::Message& out) {
  if (name == "function_call") {
    ReadOpenAiFunctionCall(object, out);
    return true;
  }
  if (name == "audio") {
    ReadStruct(object, *out.mutable_audio());
    return true;
  }
  return false;
}

bool IsField(std::string_view name) {
  constexpr std::array<std::string_view, 7> kFields = {"role",       "refusal",       "name", "tool_call_id",
                                                       "tool_calls", "function_call", "audio"};
  return std::find(kFields.begin(), kFields.end(), name) != kFields.end() || name == "annotations";
}

bool ReadMember(std::string_view name, const json::value& value, v1::Message& out) {
  switch (value.kind()) {
    case json::kind::null:
      return IsField(name);
    case json::kind::string:
      return ReadText(name, value, out);
    case json::kind::array:
      return ReadList(name, value.get_array(), out);
    case json::kind::object:
      return ReadObject(name, value.get_object(), out);
    default:
      return false;
  }
}

bool Hold(std::string_view name, const json::value& value, Pending& pending) {
  if (name == "content") {
    pending.content = &value;
  } else if (name == "reasoning_content") {
    pending.reasoning_content = &value;
  } else if (name == "reasoning") {
    pending.reasoning = &value;
  } else {
    return false;
  }
  return true;
}

// Takes `value` for the reasoning unless that is known already; another text, or none, is `extra`.
void ReadReasoning(std::string_view name, const json::value* value, v1::Message& out) {
  if (value == nullptr || value->is_null()) return;
  const auto text = AsText(*value);
  if (text && (text->empty() || *text == out.reasoning_content())) return;
  if (text && !out.has_reasoning_content()) {
    out.set_reasoning_content(std::string(*text));
  } else {
    SetMember(name, *value, *out.mutable_extra());
  }
}

void ReadListContent(const json::value& content, v1::Message& out) {
  FlatContent flat = FlattenParts(content.get_array());
  if (!flat.text.empty()) out.set_content(std::move(flat.text));
  if (!flat.thinking.empty() && !out.has_reasoning_content()) {
    out.set_reasoning_content(std::move(flat.thinking));
  } else if (!flat.thinking.empty()) {
    flat.complete = false;
  }
  if (!flat.complete) SetMember("content", content, *out.mutable_extra());
}

}  // namespace

bool ReadOpenAiMessage(const json::object& message, v1::Message& out, std::string& problem) {
  Pending pending;
  out.set_role(v1::ROLE_ASSISTANT);
  for (const auto& member : message) {
    const std::string_view name = View(member.key());
    if (Hold(name, member.value(), pending) || ReadMember(name, member.value(), out)) continue;
    SetMember(name, member.value(), *out.mutable_extra());
  }
  ReadReasoning("reasoning_content", pending.reasoning_content, out);
  ReadReasoning("reasoning", pending.reasoning, out);
  if (pending.content == nullptr || pending.content->is_null()) return true;
  if (const auto text = AsText(*pending.content)) {
    out.set_content(std::string(*text));
  } else if (pending.content->is_array()) {
    ReadListContent(*pending.content, out);
  } else if (pending.content->is_object()) {
    // Cloudflare, where a schema was asked for. Everyone else gives the object's text.
    out.set_content(JsonText(*pending.content));
    SetMember("content", *pending.content, *out.mutable_extra());
  } else {
    problem = "the message's content is neither text, a list nor an object";
    return false;
  }
  return true;
}

}  // namespace spillway::providers
