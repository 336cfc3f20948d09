#include "providers/anthropic_tool_writer.h"

#include <array>
#include <string_view>

#include "providers/anthropic_block_end.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 4> kToolFields = {"name", "description", "input_schema", "strict"};

// The arguments' schema must be an object's, and say so.
bool WriteInputSchema(const v1::FunctionDefinition& function, JsonWriter& json, FieldError& error) {
  json.Key("input_schema");
  json.BeginObject();
  if (!function.parameters().fields().contains("type")) json.Field("type", "object");
  if (function.parameters().fields().empty()) {
    json.Key("properties");
    json.Raw("{}");
  }
  if (!WriteMembers(function.parameters(), {}, json, error)) return error.In("parameters");
  json.EndObject();
  return true;
}

// auto, any, none; empty for any other mode.
std::string_view TypeOf(std::string_view mode) {
  if (mode == "auto" || mode == "none") return mode;
  return mode == "required" ? "any" : std::string_view();
}

bool WriteChoice(const v1::ToolChoice& choice, bool one_call, JsonWriter& json, FieldError& error) {
  std::string_view type = "auto";
  if (choice.has_other()) return error.Unsupported("other", "is no choice that Anthropic knows");
  if (choice.has_function()) type = "tool";
  if (choice.choice_case() == v1::ToolChoice::kMode) type = TypeOf(choice.mode());
  if (type.empty()) return error.Set("mode", "is none of none, auto and required");
  json.Key("tool_choice");
  json.BeginObject();
  json.Field("type", type);
  if (choice.has_function()) json.Field("name", choice.function());
  if (one_call && type != "none") {
    json.Key("disable_parallel_tool_use");
    json.Bool(true);
  }
  json.EndObject();
  return true;
}

}  // namespace

bool WriteAnthropicTool(const v1::Tool& tool, JsonWriter& json, FieldError& error) {
  if (tool.has_custom() || (!tool.type().empty() && tool.type() != "function")) {
    return error.Unsupported("type", "is not `function`, which is all that Anthropic is asked for");
  }
  if (!tool.has_function()) return error.Set("function", "is not set");
  const v1::FunctionDefinition& function = tool.function();
  json.BeginObject();
  json.Field("name", function.name());
  if (!function.description().empty()) json.Field("description", function.description());
  if (!WriteInputSchema(function, json, error)) return error.In("function");
  if (function.strict()) {
    json.Key("strict");
    json.Bool(true);
  }
  return EndAnthropicBlock({.own = &tool.extra(), .outer = &function.extra(), .fields = kToolFields}, json,
                           error);
}

bool WriteAnthropicToolChoice(const v1::ChatRequest& request, JsonWriter& json, FieldError& error) {
  const bool one_call = request.has_parallel_tool_calls() && !request.parallel_tool_calls();
  if (!request.has_tool_choice() && !one_call) return true;
  return WriteChoice(request.tool_choice(), one_call, json, error) || error.In("tool_choice");
}

}  // namespace spillway::providers
