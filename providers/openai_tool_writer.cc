#include "providers/openai_tool_writer.h"

#include <array>
#include <span>
#include <string_view>

#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 3> kToolFields = {"type", "function", "custom"};
constexpr std::array<std::string_view, 4> kFunctionFields = {"name", "description", "parameters", "strict"};
constexpr std::string_view kJsonSchema = "json_schema";
constexpr std::array<std::string_view, 2> kFormatFields = {"type", kJsonSchema};
constexpr std::array<std::string_view, 4> kSchemaFields = {"name", "description", "schema", "strict"};

bool WriteDefinition(const v1::FunctionDefinition& function, JsonWriter& json, FieldError& error) {
  json.BeginObject();
  json.Field("name", function.name());
  if (!function.description().empty()) json.Field("description", function.description());
  if (function.has_parameters()) {
    json.Key("parameters");
    if (!WriteStruct(function.parameters(), json, error)) return error.In("parameters");
  }
  if (function.has_strict()) {
    json.Key("strict");
    json.Bool(function.strict());
  }
  if (!WriteExtra(function.extra(), kFunctionFields, json, error)) return false;
  json.EndObject();
  return true;
}

// `rest`: its members without a field; null: none.
bool WriteJsonSchema(const v1::JsonSchema& schema, const google::protobuf::Struct* rest, JsonWriter& json,
                     FieldError& error) {
  json.BeginObject();
  json.Field("name", schema.name());
  if (!schema.description().empty()) json.Field("description", schema.description());
  if (schema.has_schema()) {
    json.Key("schema");
    if (!WriteStruct(schema.schema(), json, error)) return error.In("json_schema.schema");
  }
  if (schema.has_strict()) {
    json.Key("strict");
    json.Bool(schema.strict());
  }
  if (rest != nullptr && !WriteMembers(*rest, kSchemaFields, json, error)) {
    error.In(kJsonSchema);
    return error.In("extra");
  }
  json.EndObject();
  return true;
}

}  // namespace

bool WriteOpenAiTool(const v1::Tool& tool, JsonWriter& json, FieldError& error) {
  json.BeginObject();
  const std::string_view kind = tool.has_custom() && !tool.has_function() ? "custom" : "function";
  json.Field("type", tool.type().empty() ? kind : std::string_view(tool.type()));
  if (tool.has_function()) {
    json.Key("function");
    if (!WriteDefinition(tool.function(), json, error)) return error.In("function");
  }
  if (tool.has_custom()) {
    json.Key("custom");
    if (!WriteStruct(tool.custom(), json, error)) return error.In("custom");
  }
  if (!WriteExtra(tool.extra(), kToolFields, json, error)) return false;
  json.EndObject();
  return true;
}

bool WriteOpenAiToolChoice(const v1::ToolChoice& choice, JsonWriter& json, FieldError& error) {
  switch (choice.choice_case()) {
    case v1::ToolChoice::kMode:
      json.String(choice.mode());
      return true;
    case v1::ToolChoice::kFunction:
      json.BeginObject();
      json.Field("type", "function");
      json.Key("function");
      json.BeginObject();
      json.Field("name", choice.function());
      json.EndObject();
      json.EndObject();
      return true;
    case v1::ToolChoice::kOther:
      return WriteStruct(choice.other(), json, error) || error.In("other");
    default:
      return error.Set("", "has no choice");
  }
}

bool WriteOpenAiResponseFormat(const v1::ResponseFormat& format, JsonWriter& json, FieldError& error) {
  if (format.type().empty()) return error.Set("type", "is not set");
  json.BeginObject();
  json.Field("type", format.type());
  const auto* rest = NestedExtra(format.extra(), kJsonSchema);
  const bool nested = format.has_json_schema() && rest != nullptr;
  if (format.has_json_schema()) {
    json.Key(kJsonSchema);
    if (!WriteJsonSchema(format.json_schema(), rest, json, error)) return false;
  }
  const std::span<const std::string_view> done(&kJsonSchema, nested ? 1 : 0);
  if (!WriteExtra(format.extra(), kFormatFields, json, error, done)) return false;
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
