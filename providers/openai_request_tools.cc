// Tools, tool choice and response format of openai_request_parts.h.
#include <string_view>

#include "providers/openai_field_reader.h"
#include "providers/openai_request_parts.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

constexpr std::string_view kJsonSchema = "json_schema";

bool ReadDefinition(std::string_view name, const json::value& value, v1::FunctionDefinition& out,
                    FieldError& error) {
  if (name == "name") return TakeText(value, *out.mutable_name(), error);
  if (name == "description") return value.is_null() || TakeText(value, *out.mutable_description(), error);
  if (name == "parameters") return value.is_null() || TakeStruct(value, *out.mutable_parameters(), error);
  if (name == "strict") {
    if (value.is_null()) return true;
    bool strict = false;
    if (!TakeBool(value, strict, error)) return false;
    out.set_strict(strict);
    return true;
  }
  SetMember(name, value, *out.mutable_extra());
  return true;
}

bool ReadFunction(const json::value& value, v1::FunctionDefinition& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  for (const auto& member : value.get_object()) {
    const std::string_view name = View(member.key());
    if (!ReadDefinition(name, member.value(), out, error)) return error.In(name);
  }
  return true;
}

// What has no field goes to the format's `extra`, under the object's own name.
void KeepInSchema(std::string_view name, const json::value& value, v1::ResponseFormat& format) {
  auto& slot = (*format.mutable_extra()->mutable_fields())[std::string(kJsonSchema)];
  SetMember(name, value, *slot.mutable_struct_value());
}

bool ReadSchemaMember(std::string_view name, const json::value& value, v1::ResponseFormat& format,
                      FieldError& error) {
  v1::JsonSchema& out = *format.mutable_json_schema();
  if (name == "name") return TakeText(value, *out.mutable_name(), error);
  if (name != "description" && name != "schema" && name != "strict") {
    KeepInSchema(name, value, format);
    return true;
  }
  if (value.is_null()) return true;
  if (name == "description") return TakeText(value, *out.mutable_description(), error);
  if (name == "schema") return TakeStruct(value, *out.mutable_schema(), error);
  bool strict = false;
  if (!TakeBool(value, strict, error)) return false;
  out.set_strict(strict);
  return true;
}

bool ReadJsonSchema(const json::value& value, v1::ResponseFormat& out, FieldError& error) {
  if (!value.is_object()) return error.Set("", "must be an object");
  out.mutable_json_schema();
  for (const auto& member : value.get_object()) {
    const std::string_view name = View(member.key());
    if (!ReadSchemaMember(name, member.value(), out, error)) return error.In(name);
  }
  return true;
}

// The name in {"type":"function","function":{"name":NAME}}, if that is all there is.
std::optional<std::string_view> ChosenFunction(const json::object& choice) {
  const json::value* type = choice.if_contains("type");
  const json::value* function = choice.if_contains("function");
  if (choice.size() != 2 || type == nullptr || function == nullptr || AsText(*type) != "function") return {};
  const json::value* name = Member(*function, "name");
  return name == nullptr || function->get_object().size() != 1 ? std::nullopt : AsText(*name);
}

}  // namespace

bool ReadRequestTool(const json::object& tool, v1::Tool& out, FieldError& error) {
  for (const auto& member : tool) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    bool read = true;
    if (name == "type") {
      read = TakeText(value, *out.mutable_type(), error);
    } else if (name == "function") {
      read = ReadFunction(value, *out.mutable_function(), error);
    } else if (name == "custom") {
      read = TakeStruct(value, *out.mutable_custom(), error);
    } else {
      SetMember(name, value, *out.mutable_extra());
    }
    if (!read) return error.In(name);
  }
  return true;
}

bool ReadToolChoice(const json::value& choice, v1::ToolChoice& out, FieldError& error) {
  if (const auto mode = AsText(choice)) {
    out.set_mode(std::string(*mode));
    return true;
  }
  const json::object* object = choice.if_object();
  if (object == nullptr) return error.Set("", "must be a string or an object");
  if (const auto function = ChosenFunction(*object)) {
    out.set_function(std::string(*function));
  } else {
    ReadStruct(*object, *out.mutable_other());
  }
  return true;
}

bool ReadResponseFormat(const json::object& format, v1::ResponseFormat& out, FieldError& error) {
  for (const auto& member : format) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    bool read = true;
    if (name == "type") {
      read = TakeText(value, *out.mutable_type(), error);
    } else if (name == kJsonSchema && !value.is_null()) {
      read = ReadJsonSchema(value, out, error);
    } else if (name != kJsonSchema) {
      SetMember(name, value, *out.mutable_extra());
    }
    if (!read) return error.In(name);
  }
  return !out.type().empty() || error.Set("type", "is missing");
}

}  // namespace spillway::providers
