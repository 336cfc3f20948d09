// Messages and content parts of openai_request_parts.h.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "providers/openai_call_reader.h"
#include "providers/openai_field_reader.h"
#include "providers/openai_request_parts.h"
#include "providers/role.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

bool ReadRole(const json::value& value, v1::Message& out, FieldError& error) {
  const auto word = AsText(value);
  const auto role = word ? RoleFromWord(*word) : std::nullopt;
  if (!role) {
    return error.Set("", "must be one of system, developer, user, assistant, tool, function");
  }
  out.set_role(*role);
  return true;
}

bool ReadContent(const json::value& value, v1::Message& out, FieldError& error) {
  if (value.is_string()) return TakeText(value, *out.mutable_content(), error);
  if (!value.is_array()) return error.Set("", "must be a string or a list of parts");
  return TakeObjects(value, *out.mutable_parts(), error, ReadRequestPart);
}

bool IsTextOrNothing(const json::value& value, FieldError& error) {
  return value.is_string() || value.is_null() || error.Set("", "must be a string");
}

// `function` or `custom` of a call.
bool CheckCallBody(const json::value& value, FieldError& error) {
  if (value.is_null()) return true;
  if (!value.is_object()) return error.Set("", "must be an object");
  const json::value* name = Member(value, "name");
  return name == nullptr || IsTextOrNothing(*name, error) || error.In("name");
}

// The reader of calls takes what it gets; a caller's mistake is to be named.
bool ReadToolCall(const json::object& call, v1::ToolCall& out, FieldError& error) {
  for (const auto& member : call) {
    const std::string_view name = View(member.key());
    bool good = true;
    if (name == "id" || name == "type") good = IsTextOrNothing(member.value(), error);
    if (name == "function" || name == "custom") good = CheckCallBody(member.value(), error);
    if (!good) return error.In(name);
  }
  ReadOpenAiToolCall(call, out);
  return true;
}

bool ReadAnnotation(const json::object& annotation, google::protobuf::Struct& out, FieldError&) {
  ReadStruct(annotation, out);
  return true;
}

bool ReadFunctionCall(const json::value& value, v1::Message& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  ReadOpenAiFunctionCall(value.get_object(), out);
  return true;
}

bool ReadMember(std::string_view name, const json::value& value, v1::Message& out, FieldError& error) {
  if (name == "role") return ReadRole(value, out, error);
  if (name == "content") return value.is_null() || ReadContent(value, out, error);
  constexpr std::string_view kFields[] = {"name",       "tool_call_id", "refusal", "reasoning_content",
                                          "tool_calls", "annotations",  "audio",   "function_call"};
  const bool known = std::find(std::begin(kFields), std::end(kFields), name) != std::end(kFields);
  if (!known) {
    SetMember(name, value, *out.mutable_extra());
    return true;
  }
  if (value.is_null()) return true;
  if (name == "name") return TakeText(value, *out.mutable_name(), error);
  if (name == "tool_call_id") return TakeText(value, *out.mutable_tool_call_id(), error);
  if (name == "refusal") return TakeText(value, *out.mutable_refusal(), error);
  if (name == "reasoning_content") return TakeText(value, *out.mutable_reasoning_content(), error);
  if (name == "tool_calls") return TakeObjects(value, *out.mutable_tool_calls(), error, ReadToolCall);
  if (name == "annotations") return TakeObjects(value, *out.mutable_annotations(), error, ReadAnnotation);
  if (name == "audio") return TakeStruct(value, *out.mutable_audio(), error);
  return ReadFunctionCall(value, out, error);
}

// Two optional strings and nothing else: true when the object is that and no more.
struct TextSlot {
  std::string_view name;
  std::string* out;
};

template <std::size_t N>
bool ReadOnlyTexts(const json::object& object, const TextSlot (&slots)[N]) {
  for (const auto& member : object) {
    const auto text = AsText(member.value());
    const TextSlot* slot = nullptr;
    for (const TextSlot& candidate : slots) {
      if (candidate.name == View(member.key())) slot = &candidate;
    }
    if (slot == nullptr || !text) return false;
    *slot->out = std::string(*text);
  }
  return true;
}

// Fills the part's own message for `type`; false when it is no such part or has more in it.
bool ReadTyped(std::string_view type, const json::value& value, v1::ContentPart& out) {
  if (type == "text" || type == "refusal") {
    const auto text = AsText(value);
    if (!text) return false;
    (type == "text" ? *out.mutable_text() : *out.mutable_refusal()) = std::string(*text);
    return true;
  }
  if (!value.is_object()) return false;
  const json::object& object = value.get_object();
  if (type == "image_url") {
    auto& image = *out.mutable_image_url();
    return ReadOnlyTexts(object, {{"url", image.mutable_url()}, {"detail", image.mutable_detail()}});
  }
  if (type == "input_audio") {
    auto& audio = *out.mutable_input_audio();
    return ReadOnlyTexts(object, {{"data", audio.mutable_data()}, {"format", audio.mutable_format()}});
  }
  if (type != "file") return false;
  auto& file = *out.mutable_file();
  return ReadOnlyTexts(object, {{"file_data", file.mutable_file_data()},
                                {"file_id", file.mutable_file_id()},
                                {"filename", file.mutable_filename()}});
}

}  // namespace

bool ReadRequestMessage(const json::object& message, v1::Message& out, FieldError& error) {
  for (const auto& member : message) {
    const std::string_view name = View(member.key());
    if (!ReadMember(name, member.value(), out, error)) return error.In(name);
  }
  return out.role() != v1::ROLE_UNSPECIFIED || error.Set("role", "is missing");
}

bool ReadRequestPart(const json::object& part, v1::ContentPart& out, FieldError& error) {
  const json::value* type = part.if_contains("type");
  const auto word = type == nullptr ? std::nullopt : AsText(*type);
  if (!word) return error.Set("type", "must be a string");
  const json::value* own = part.if_contains({word->data(), word->size()});
  if (own == nullptr || !ReadTyped(*word, *own, out)) {
    ReadStruct(part, *out.mutable_other());
    return true;
  }
  for (const auto& member : part) {
    const std::string_view name = View(member.key());
    if (name != "type" && name != *word) SetMember(name, member.value(), *out.mutable_extra());
  }
  return true;
}

}  // namespace spillway::providers
