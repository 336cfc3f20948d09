#include "providers/cohere_tool_writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "providers/cohere_dialect.h"
#include "providers/scoped_extra.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 2> kFormatFields = {"type", "json_schema"};

bool IsStrict(const v1::Tool& tool) { return tool.function().strict(); }

bool WriteMode(const std::string& mode, BodyWriter& body, FieldError& error) {
  if (mode == "auto") return true;
  if (mode != "required" && mode != "none") {
    return error.Set("mode", "is none of none, auto and required");
  }
  body.Text("tool_choice", mode == "none" ? "NONE" : "REQUIRED");
  return true;
}

bool WriteChoice(const v1::ChatRequest& request, BodyWriter& body, FieldError& error) {
  const v1::ToolChoice& choice = request.tool_choice();
  switch (choice.choice_case()) {
    case v1::ToolChoice::kMode:
      return WriteMode(choice.mode(), body, error);
    case v1::ToolChoice::kFunction:
      if (request.tools_size() > 1 || request.tools(0).function().name() != choice.function()) {
        return error.Unsupported("function",
                                 "is one of several tools, and Cohere cannot be made to choose it");
      }
      body.Text("tool_choice", "REQUIRED");
      return true;
    case v1::ToolChoice::kOther:
      return error.Unsupported("other", kCohere.beyond);
    default:
      return error.Set("", "has no choice");
  }
}

bool CheckFormat(const v1::ChatRequest& request, FieldError& error) {
  const v1::ResponseFormat& format = request.response_format();
  const bool schema = format.type() == "json_schema";
  if (format.type().empty()) return error.Set("type", "is not set");
  if (!schema && format.type() != "json_object") return error.Unsupported("type", kCohere.beyond);
  if (request.tools_size() > 0) {
    return error.Unsupported("type", "cannot be JSON at Cohere while there are tools");
  }
  return !schema || format.json_schema().has_schema() || error.Set("json_schema.schema", "is not set");
}

bool WriteFormat(const v1::ResponseFormat& format, JsonWriter& json, FieldError& error) {
  json.BeginObject();
  json.Field("type", "json_object");
  if (format.type() == "json_schema") {
    json.Key("json_schema");
    if (!WriteStruct(format.json_schema().schema(), json, error)) return error.In("json_schema.schema");
  }
  if (!WriteScopedExtra(format.extra(), kCohere.api, kFormatFields, {}, json, error)) return false;
  json.EndObject();
  return true;
}

}  // namespace

bool WriteCohereTools(const v1::ChatRequest& request, BodyWriter& body, FieldError& error,
                      DroppedFields& dropped) {
  const auto& tools = request.tools();
  if (tools.empty()) return true;
  if (!WritePlainTools(request, kCohere, body, error)) return false;
  const bool all_strict = std::all_of(tools.begin(), tools.end(), IsStrict);
  if (all_strict) body.Bool("strict_tools", true);
  dropped.AddIf(!all_strict && std::any_of(tools.begin(), tools.end(), IsStrict), "tools.function.strict");
  return !request.has_tool_choice() || WriteChoice(request, body, error) || error.In("tool_choice");
}

bool WriteCohereFormat(const v1::ChatRequest& request, BodyWriter& body, FieldError& error) {
  const v1::ResponseFormat& format = request.response_format();
  if (!request.has_response_format() || format.type() == "text") return true;
  if (!CheckFormat(request, error)) return error.In("response_format");
  if (!body.Key("response_format")) return true;
  return WriteFormat(format, body.json(), error) || error.In("response_format");
}

}  // namespace spillway::providers
