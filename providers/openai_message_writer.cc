#include "providers/openai_message_writer.h"

#include <array>
#include <span>
#include <string_view>

#include "providers/role.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

constexpr std::array<std::string_view, 10> kMessageFields = {
    "role",    "content",           "name",        "tool_calls", "tool_call_id",
    "refusal", "reasoning_content", "annotations", "audio",      "function_call"};
constexpr std::array<std::string_view, 4> kToolCallFields = {"id", "type", "function", "custom"};
constexpr std::array<std::string_view, 2> kFunctionFields = {"name", "arguments"};
constexpr std::array<std::string_view, 2> kCustomFields = {"name", "input"};

// {"name": name, second_name: second, …rest}. Only `rest`, a part of some `extra`, can be at fault.
bool WritePair(std::string_view name, std::string_view second_name, std::string_view second,
               std::span<const std::string_view> fields, const Struct* rest, JsonWriter& json,
               FieldError& error) {
  json.BeginObject();
  json.Field("name", name);
  json.Field(second_name, second);
  if (rest != nullptr && !WriteMembers(*rest, {}, json, error, fields)) return false;
  json.EndObject();
  return true;
}

bool WriteFunctionCall(const v1::FunctionCall& call, const Struct* rest, JsonWriter& json,
                       FieldError& error) {
  return WritePair(call.name(), "arguments", call.arguments(), kFunctionFields, rest, json, error);
}

bool WriteParts(const v1::Message& message, JsonWriter& json, FieldError& error) {
  json.BeginArray();
  for (int i = 0; i < message.parts_size(); ++i) {
    if (!WriteOpenAiPart(message.parts(i), json, error)) return error.In("parts", i);
  }
  json.EndArray();
  return true;
}

bool WriteContent(const v1::Message& message, JsonWriter& json, FieldError& error) {
  if (message.has_content()) {
    if (message.parts_size() > 0) return error.Set("content", "and parts exclude each other");
    json.Field("content", message.content());
  } else if (message.parts_size() > 0) {
    json.Key("content");
    return WriteParts(message, json, error);
  } else if (message.tool_calls_size() > 0 || message.has_function_call()) {
    json.Key("content");
    json.Null();
  }
  return true;
}

bool WriteToolCalls(const v1::Message& message, JsonWriter& json, FieldError& error) {
  if (message.tool_calls_size() == 0) return true;
  json.Key("tool_calls");
  json.BeginArray();
  for (int i = 0; i < message.tool_calls_size(); ++i) {
    if (!WriteOpenAiToolCall(message.tool_calls(i), json, error)) return error.In("tool_calls", i);
  }
  json.EndArray();
  return true;
}

bool WriteAnnotations(const v1::Message& message, JsonWriter& json, FieldError& error) {
  if (message.annotations_size() == 0) return true;
  json.Key("annotations");
  json.BeginArray();
  for (int i = 0; i < message.annotations_size(); ++i) {
    if (!WriteStruct(message.annotations(i), json, error)) return error.In("annotations", i);
  }
  json.EndArray();
  return true;
}

// A member of an assistant turn's `extra` that bears the name of a field is what a provider gave in
// a form the field could not hold: the field speaks for it. In other turns it is a mistake.
bool WriteMessageExtra(const v1::Message& message, JsonWriter& json, FieldError& error) {
  if (message.extra().fields().empty()) return true;
  if (message.role() == v1::ROLE_ASSISTANT)
    return WriteExtra(message.extra(), {}, json, error, kMessageFields);
  return WriteExtra(message.extra(), kMessageFields, json, error);
}

}  // namespace

bool WriteOpenAiMessage(const v1::Message& message, JsonWriter& json, FieldError& error) {
  const std::string_view role = RoleWord(message.role());
  if (role.empty()) return error.Set("role", "is not set");
  json.BeginObject();
  json.Field("role", role);
  if (!WriteContent(message, json, error)) return false;
  if (!message.name().empty()) json.Field("name", message.name());
  if (!WriteToolCalls(message, json, error)) return false;
  if (!message.tool_call_id().empty()) json.Field("tool_call_id", message.tool_call_id());
  if (message.has_refusal()) json.Field("refusal", message.refusal());
  if (message.has_reasoning_content()) json.Field("reasoning_content", message.reasoning_content());
  if (!WriteAnnotations(message, json, error)) return false;
  if (message.has_audio()) {
    json.Key("audio");
    if (!WriteStruct(message.audio(), json, error)) return error.In("audio");
  }
  if (message.has_function_call()) {
    json.Key("function_call");
    const Struct* rest = NestedExtra(message.extra(), "function_call");
    if (!WriteFunctionCall(message.function_call(), rest, json, error))
      return error.In("extra.function_call");
  }
  if (!WriteMessageExtra(message, json, error)) return false;
  json.EndObject();
  return true;
}

bool WriteOpenAiToolCall(const v1::ToolCall& call, JsonWriter& json, FieldError& error) {
  json.BeginObject();
  if (!call.id().empty()) json.Field("id", call.id());
  const std::string_view kind = call.has_custom() && !call.has_function() ? "custom" : "function";
  json.Field("type", call.type().empty() ? kind : std::string_view(call.type()));
  if (call.has_function()) {
    json.Key("function");
    const Struct* rest = NestedExtra(call.extra(), "function");
    if (!WriteFunctionCall(call.function(), rest, json, error)) return error.In("extra.function");
  }
  if (call.has_custom()) {
    json.Key("custom");
    const Struct* rest = NestedExtra(call.extra(), "custom");
    const v1::CustomCall& custom = call.custom();
    if (!WritePair(custom.name(), "input", custom.input(), kCustomFields, rest, json, error)) {
      return error.In("extra.custom");
    }
  }
  // As in an assistant turn's `extra`, which is where calls are made.
  if (!WriteExtra(call.extra(), {}, json, error, kToolCallFields)) return false;
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
