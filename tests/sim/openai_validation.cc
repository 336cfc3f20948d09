#include "tests/sim/openai_validation.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/kind.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

using Mistake = std::optional<OpenAiError>;

std::string_view KindName(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "an integer";
    case json::kind::double_:
      return "a decimal";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    default:
      return "an object";
  }
}

OpenAiError Wrong(const std::string& param, std::string_view code, std::string message) {
  return {400, std::move(message), "invalid_request_error", param, std::string(code)};
}

OpenAiError Missing(const std::string& param) {
  return Wrong(param, "missing_required_parameter", "Missing required parameter: '" + param + "'.");
}

OpenAiError WrongType(const std::string& param, std::string expected, const json::value& value) {
  return Wrong(param, "invalid_type",
               absl::StrCat("Invalid type for '", param, "': expected ", expected, ", but got ",
                            std::string(KindName(value)), " instead."));
}

OpenAiError EmptyArray(const std::string& param) {
  return Wrong(
      param, "empty_array",
      "Invalid '" + param +
          "': empty array. Expected an array with minimum length 1, but got an empty array instead.");
}

OpenAiError WrongValue(const std::string& param, std::string_view value, std::string supported) {
  return Wrong(
      param, "invalid_value",
      absl::StrCat("Invalid value: '", std::string(value), "'. Supported values are: ", supported, "."));
}

Mistake CheckToolCalls(const json::object& message, const std::string& path) {
  const json::value* calls = message.if_contains("tool_calls");
  if (calls == nullptr || calls->is_null()) return std::nullopt;
  if (!calls->is_array()) return WrongType(path + ".tool_calls", "an array of objects", *calls);
  if (calls->get_array().empty()) return EmptyArray(path + ".tool_calls");
  return std::nullopt;
}

Mistake CheckContent(const json::object& message, std::string_view role, const std::string& path) {
  const json::value* content = message.if_contains("content");
  const bool absent = content == nullptr || content->is_null();
  if (absent && role == "assistant") return std::nullopt;
  if (content == nullptr) return Missing(path + ".content");
  if (!content->is_string() && !content->is_array()) {
    return WrongType(path + ".content", "one of a string or array of objects", *content);
  }
  return std::nullopt;
}

Mistake CheckMessage(const json::value& value, const std::string& path) {
  static constexpr std::array<std::string_view, 6> kRoles = {"system",   "assistant", "user",
                                                             "function", "tool",      "developer"};
  const json::object* message = value.if_object();
  if (message == nullptr) return WrongType(path, "an object", value);
  const json::value* role = message->if_contains("role");
  if (role == nullptr) return Missing(path + ".role");
  if (!role->is_string()) return WrongType(path + ".role", "a string", *role);
  const std::string_view name(role->get_string().data(), role->get_string().size());
  if (std::find(kRoles.begin(), kRoles.end(), name) == kRoles.end()) {
    return WrongValue(path + ".role", name,
                      "'system', 'assistant', 'user', 'function', 'tool', and 'developer'");
  }
  if (name == "tool" && !message->contains("tool_call_id")) return Missing(path + ".tool_call_id");
  if (Mistake mistake = CheckToolCalls(*message, path)) return mistake;
  return CheckContent(*message, name, path);
}

Mistake CheckMessages(const json::object& request) {
  const json::value* messages = request.if_contains("messages");
  if (messages == nullptr) return Missing("messages");
  if (!messages->is_array()) return WrongType("messages", "an array of objects", *messages);
  if (messages->get_array().empty()) return EmptyArray("messages");
  std::size_t index = 0;
  for (const json::value& message : messages->get_array()) {
    if (Mistake mistake = CheckMessage(message, absl::StrCat("messages[", index++, "]"))) return mistake;
  }
  return std::nullopt;
}

// A function that tool_choice names must be among the tools.
Mistake CheckToolChoice(const json::object& request) {
  const json::value* choice = request.if_contains("tool_choice");
  const json::object* chosen = choice == nullptr ? nullptr : choice->if_object();
  const json::value* function = chosen == nullptr ? nullptr : chosen->if_contains("function");
  if (function == nullptr) return std::nullopt;
  if (!function->is_object()) return WrongType("tool_choice.function", "an object", *function);
  const json::value* name = function->get_object().if_contains("name");
  if (name == nullptr) return Missing("tool_choice.function.name");
  if (!name->is_string()) return WrongType("tool_choice.function.name", "a string", *name);
  for (const json::value& tool : request.at("tools").as_array()) {
    if (tool.at("function").at("name") == *name) return std::nullopt;
  }
  return Wrong(
      "tool_choice", "",
      absl::StrCat("Tool choice '", std::string(name->get_string()), "' not found in 'tools' parameter."));
}

Mistake CheckTools(const json::object& request) {
  const json::value* tools = request.if_contains("tools");
  if (tools == nullptr || tools->is_null()) {
    if (!request.contains("tool_choice")) return std::nullopt;
    return Wrong(
        "tool_choice", "",
        "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.");
  }
  if (!tools->is_array()) return WrongType("tools", "an array of objects", *tools);
  if (tools->get_array().empty()) return EmptyArray("tools");
  std::size_t index = 0;
  for (const json::value& tool : tools->get_array()) {
    const std::string path = absl::StrCat("tools[", index++, "]");
    if (!tool.is_object()) return WrongType(path, "an object", tool);
    if (!tool.get_object().contains("type")) return Missing(path + ".type");
    const json::value* function = tool.get_object().if_contains("function");
    if (function == nullptr) return Missing(path + ".function");
    if (!function->is_object()) return WrongType(path + ".function", "an object", *function);
    const json::value* name = function->get_object().if_contains("name");
    if (name == nullptr) return Missing(path + ".function.name");
    if (!name->is_string()) return WrongType(path + ".function.name", "a string", *name);
  }
  return CheckToolChoice(request);
}

struct NumberRule {
  const char* name;
  bool integer;
  double min;
  double max;
};

Mistake CheckNumber(const json::object& request, const NumberRule& rule) {
  const json::value* value = request.if_contains(rule.name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const bool right_kind = rule.integer ? value->is_int64() || value->is_uint64() : value->is_number();
  if (!right_kind) return WrongType(rule.name, rule.integer ? "an integer" : "a decimal", *value);
  const double number = value->to_number<double>();
  const bool above = number > rule.max;
  if (!above && number >= rule.min) return std::nullopt;
  const std::string kind = rule.integer ? "integer" : "decimal";
  return Wrong(rule.name, absl::StrCat(kind, above ? "_above_max_value" : "_below_min_value"),
               absl::StrCat("Invalid '", rule.name, "': ", kind, above ? " above maximum" : " below minimum",
                            " value. Expected a value ", above ? "<= " : ">= ", above ? rule.max : rule.min,
                            ", but got ", number, " instead."));
}

Mistake CheckScalars(const json::object& request) {
  static constexpr NumberRule kRules[] = {
      {"temperature", false, 0, 2},
      {"top_p", false, 0, 1},
      {"presence_penalty", false, -2, 2},
      {"frequency_penalty", false, -2, 2},
      {"n", true, 1, 128},
      {"max_tokens", true, 1, 1e9},
      {"top_logprobs", true, 0, 20},
      {"max_completion_tokens", true, 1, 1e9},
  };
  for (const NumberRule& rule : kRules) {
    if (Mistake mistake = CheckNumber(request, rule)) return mistake;
  }
  return std::nullopt;
}

Mistake CheckStream(const json::object& request) {
  const json::value* stream = request.if_contains("stream");
  const bool given = stream != nullptr && !stream->is_null();
  if (given && !stream->is_bool()) return WrongType("stream", "a boolean", *stream);
  const json::value* options = request.if_contains("stream_options");
  if (options == nullptr || options->is_null()) return std::nullopt;
  if (!given || !stream->get_bool())
    return Wrong("stream_options", "",
                 "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  if (!options->is_object()) return WrongType("stream_options", "an object", *options);
  for (const auto& [name, value] : options->get_object()) {
    const std::string param = "stream_options." + std::string(name);
    if (name != "include_usage" && name != "include_obfuscation")
      return Wrong(param, "unknown_parameter", "Unknown parameter: '" + param + "'.");
    if (!value.is_bool()) return WrongType(param, "a boolean", value);
  }
  return std::nullopt;
}

Mistake CheckResponseFormat(const json::object& request) {
  const json::value* format = request.if_contains("response_format");
  if (format == nullptr || format->is_null()) return std::nullopt;
  if (!format->is_object()) return WrongType("response_format", "an object", *format);
  const json::value* type = format->get_object().if_contains("type");
  if (type == nullptr) return Missing("response_format.type");
  if (!type->is_string()) return WrongType("response_format.type", "a string", *type);
  const json::string& name = type->get_string();
  if (name != "text" && name != "json_object" && name != "json_schema") {
    return WrongValue("response_format.type", std::string_view(name.data(), name.size()),
                      "'json_object', 'json_schema', and 'text'");
  }
  const json::value* schema = format->get_object().if_contains("json_schema");
  if (name != "json_schema") return std::nullopt;
  if (schema == nullptr) return Missing("response_format.json_schema");
  if (!schema->is_object()) return WrongType("response_format.json_schema", "an object", *schema);
  if (!schema->get_object().contains("name")) return Missing("response_format.json_schema.name");
  return std::nullopt;
}

}  // namespace

Mistake FindMistake(const json::object& request) {
  const json::value* model = request.if_contains("model");
  if (model == nullptr || model->is_null()) return Wrong("", "", "you must provide a model parameter");
  if (!model->is_string()) return WrongType("model", "a string", *model);
  if (model->get_string().empty()) return Wrong("", "", "you must provide a model parameter");
  for (const auto check : {CheckMessages, CheckTools, CheckScalars, CheckStream, CheckResponseFormat}) {
    if (Mistake mistake = check(request)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
