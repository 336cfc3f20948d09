#include "providers/gemini_tool_writer.h"

#include <array>
#include <string_view>

#include "providers/api_name.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

constexpr std::array<std::string_view, 2> kOwnFields = {"name", "description"};
constexpr std::array<std::string_view, 1> kCalling = {"functionCallingConfig"};

bool Has(const Struct* object, const char* name) {
  return object != nullptr && object->fields().contains(name);
}

bool WriteDeclaration(const v1::FunctionDefinition& function, JsonWriter& json, FieldError& error) {
  const Struct* scope = ScopedExtra(function.extra(), v1::API_GEMINI);
  json.BeginObject();
  json.Field("name", function.name());
  if (!function.description().empty()) json.Field("description", function.description());
  // JSON Schema as it is; `parameters`, which a caller may give instead, takes a dialect.
  const bool replaced = Has(scope, "parametersJsonSchema") || Has(scope, "parameters");
  if (function.has_parameters() && !replaced) {
    json.Key("parametersJsonSchema");
    if (!WriteStruct(function.parameters(), json, error)) return error.In("parameters");
  }
  if (scope != nullptr && !WriteMembers(*scope, kOwnFields, json, error)) {
    error.In("gemini");
    return error.In("extra");
  }
  json.EndObject();
  return true;
}

bool WriteTool(const v1::Tool& tool, JsonWriter& json, DroppedFields& dropped, FieldError& error) {
  const bool custom = tool.has_custom() && !tool.has_function();
  if (custom || (!tool.type().empty() && tool.type() != "function")) {
    return error.Unsupported("type", "is none that Gemini knows: it calls functions only");
  }
  if (tool.function().name().empty()) return error.Set("function.name", "is not set");
  dropped.AddIf(tool.function().strict(), "tools.function.strict");
  return WriteDeclaration(tool.function(), json, error) || error.In("function");
}

bool WriteMode(const v1::ToolChoice& choice, JsonWriter& json, FieldError& error) {
  if (choice.has_function()) {
    json.Field("mode", "ANY");
    json.Key("allowedFunctionNames");
    json.BeginArray();
    json.String(choice.function());
    json.EndArray();
    return true;
  }
  if (choice.has_other()) return error.Unsupported("other", "is a choice that Gemini does not know");
  if (!choice.has_mode()) return error.Set("", "has no choice");
  const std::string_view mode = choice.mode();
  if (mode != "none" && mode != "auto" && mode != "required") {
    return error.Set("mode", "is not none, auto or required");
  }
  json.Field("mode", mode == "none" ? "NONE" : mode == "auto" ? "AUTO" : "ANY");
  return true;
}

}  // namespace

bool WriteGeminiTools(const v1::ChatRequest& request, const ExtraMembers& extra, JsonWriter& json,
                      DroppedFields& dropped, FieldError& error) {
  if (request.tools().empty() || extra.Has("tools")) return true;
  json.Key("tools");
  json.BeginArray();
  json.BeginObject();
  json.Key("functionDeclarations");
  json.BeginArray();
  for (int i = 0; i < request.tools_size(); ++i) {
    if (!WriteTool(request.tools(i), json, dropped, error))
      return error.In("tools", static_cast<std::size_t>(i));
  }
  json.EndArray();
  json.EndObject();
  json.EndArray();
  return true;
}

bool WriteGeminiToolConfig(const v1::ChatRequest& request, const ExtraMembers& extra, JsonWriter& json,
                           FieldError& error) {
  const bool has_tools = !request.tools().empty() || extra.Has("tools");
  const ExtraMembers config = extra.In("toolConfig");
  const bool chosen = has_tools && request.has_tool_choice() && !config.Has(kCalling[0]);
  if (!chosen && config.empty()) return true;
  json.Key("toolConfig");
  json.BeginObject();
  if (chosen) {
    json.Key(kCalling[0]);
    json.BeginObject();
    if (!WriteMode(request.tool_choice(), json, error)) return error.In("tool_choice");
    json.EndObject();
  }
  if (!config.Write({}, {}, json, error)) return false;
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
