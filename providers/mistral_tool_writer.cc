#include "providers/mistral_tool_writer.h"

#include <array>
#include <string_view>

#include "providers/mistral_dialect.h"
#include "providers/scoped_extra.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 2> kFormatFields = {"type", "json_schema"};

void WriteChosen(std::string_view function, JsonWriter& json) {
  json.BeginObject();
  json.Field("type", "function");
  json.Key("function");
  json.BeginObject();
  json.Field("name", function);
  json.EndObject();
  json.EndObject();
}

bool WriteChoice(const v1::ToolChoice& choice, BodyWriter& body, FieldError& error) {
  switch (choice.choice_case()) {
    case v1::ToolChoice::kMode:
      body.Text("tool_choice", choice.mode() == "required" ? "any" : choice.mode());
      return true;
    case v1::ToolChoice::kFunction:
      if (body.Key("tool_choice")) WriteChosen(choice.function(), body.json());
      return true;
    case v1::ToolChoice::kOther:
      return error.Unsupported("other", kMistral.beyond);
    default:
      return error.Set("", "has no choice");
  }
}

bool WriteSchema(const v1::JsonSchema& schema, JsonWriter& json, FieldError& error) {
  if (!schema.has_schema()) return error.Set("schema", "is not set");
  json.Key("json_schema");
  json.BeginObject();
  // Mistral insists on a name.
  json.Field("name", schema.name().empty() ? "response" : std::string_view(schema.name()));
  if (!schema.description().empty()) json.Field("description", schema.description());
  json.Key("schema");
  if (!WriteStruct(schema.schema(), json, error)) return error.In("schema");
  if (schema.has_strict()) {
    json.Key("strict");
    json.Bool(schema.strict());
  }
  json.EndObject();
  return true;
}

bool WriteFormat(const v1::ResponseFormat& format, BodyWriter& body, FieldError& error) {
  const bool schema = format.type() == "json_schema";
  if (format.type().empty()) return error.Set("type", "is not set");
  if (!schema && format.type() != "json_object") return error.Unsupported("type", kMistral.beyond);
  if (!body.Key("response_format")) return true;
  JsonWriter& json = body.json();
  json.BeginObject();
  json.Field("type", format.type());
  if (schema && !WriteSchema(format.json_schema(), json, error)) return error.In("json_schema");
  if (!WriteScopedExtra(format.extra(), kMistral.api, kFormatFields, {}, json, error)) return false;
  json.EndObject();
  return true;
}

}  // namespace

bool WriteMistralTools(const v1::ChatRequest& request, BodyWriter& body, FieldError& error) {
  if (request.tools_size() == 0) return true;
  if (!WritePlainTools(request, kMistral, body, error)) return false;
  if (request.has_parallel_tool_calls()) body.Bool("parallel_tool_calls", request.parallel_tool_calls());
  return !request.has_tool_choice() || WriteChoice(request.tool_choice(), body, error) ||
         error.In("tool_choice");
}

bool WriteMistralFormat(const v1::ChatRequest& request, BodyWriter& body, FieldError& error) {
  const v1::ResponseFormat& format = request.response_format();
  if (!request.has_response_format() || format.type() == "text") return true;
  return WriteFormat(format, body, error) || error.In("response_format");
}

}  // namespace spillway::providers
