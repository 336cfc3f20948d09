#include "tests/sim/mistral_validation.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

MistralVerdict CheckMembers(const json::object& request) {
  if (const auto unknown = UnknownMember(request, {"model",
                                                   "temperature",
                                                   "top_p",
                                                   "max_tokens",
                                                   "stream",
                                                   "stop",
                                                   "random_seed",
                                                   "metadata",
                                                   "messages",
                                                   "response_format",
                                                   "tools",
                                                   "tool_choice",
                                                   "presence_penalty",
                                                   "frequency_penalty",
                                                   "n",
                                                   "prediction",
                                                   "parallel_tool_calls",
                                                   "prompt_mode",
                                                   "reasoning_effort",
                                                   "safe_prompt",
                                                   "guardrails",
                                                   "service_tier",
                                                   "prompt_cache_key"}))
    return ExtraForbidden(*unknown);
  if (TextAt(request, "model").empty()) return MissingField("model");
  return std::nullopt;
}

struct Range {
  std::string_view name;
  bool integer;
  double min;
  double max;
};

MistralVerdict CheckScalars(const json::object& request) {
  static constexpr Range kRanges[] = {
      {"temperature", false, 0, 1.5},     {"top_p", false, 0, 1}, {"max_tokens", true, 0, 1e9},
      {"presence_penalty", false, -2, 2}, {"n", true, 1, 128},    {"frequency_penalty", false, -2, 2},
      {"random_seed", true, 0, 9.3e18}};
  for (const Range& range : kRanges) {
    const std::string name(range.name);
    const json::value* value = Present(request, name);
    if (value == nullptr) continue;
    if (!value->is_number() || (range.integer && value->is_double()))
      return SchemaMistake(name, "Input should be a valid number", range.integer ? "int_type" : "float_type");
    const double number = value->to_number<double>();
    if (number > range.max)
      return SchemaMistake(name, absl::StrCat("Input should be less than or equal to ", range.max),
                           "less_than_equal");
    if (number < range.min)
      return SchemaMistake(name, absl::StrCat("Input should be greater than or equal to ", range.min),
                           "greater_than_equal");
  }
  for (const char* name : {"stream", "safe_prompt", "parallel_tool_calls"}) {
    const json::value* value = Present(request, name);
    if (value != nullptr && !value->is_bool())
      return SchemaMistake(name, "Input should be a valid boolean", "bool_type");
  }
  return std::nullopt;
}

MistralVerdict CheckStop(const json::object& request) {
  const json::value* stop = Present(request, "stop");
  if (stop == nullptr || stop->is_string()) return std::nullopt;
  const bool texts = stop->is_array() && TextsAt(request, "stop").size() == stop->get_array().size();
  if (texts) return std::nullopt;
  return SchemaMistake("stop", "Input should be a valid string", "string_type");
}

MistralVerdict CheckTools(const json::object& request) {
  const json::value* tools = Present(request, "tools");
  if (tools != nullptr && !tools->is_array())
    return SchemaMistake("tools", "Input should be a valid list", "list_type");
  for (std::size_t i = 0; tools != nullptr && i < tools->get_array().size(); ++i) {
    const std::string path = absl::StrCat("tools.", i, ".function");
    const json::object* tool = tools->get_array()[i].if_object();
    const json::object* function = tool == nullptr ? nullptr : ObjectAt(*tool, "function");
    if (function == nullptr) return MissingField(path);
    if (const auto unknown = UnknownMember(*tool, {"type", "function"}))
      return ExtraForbidden(absl::StrCat("tools.", i, ".", *unknown));
    if (const auto unknown = UnknownMember(*function, {"name", "description", "strict", "parameters"}))
      return ExtraForbidden(absl::StrCat(path, ".", *unknown));
    if (!IsPlainName(TextAt(*function, "name"), 64))
      return ServiceError(400,
                          "Function name was not valid: must be a-z, A-Z, 0-9, or contain underscores and "
                          "dashes, with a maximum length of 64.",
                          "invalid_request_error", "3280");
    if (ObjectAt(*function, "parameters") == nullptr) return MissingField(path + ".parameters");
  }
  const json::value* choice = Present(request, "tool_choice");
  if (choice == nullptr) return std::nullopt;
  const json::object* named = choice->if_object();
  if (named == nullptr && !IsOneOf(TextAt(request, "tool_choice"), {"auto", "none", "any", "required"}))
    return SchemaMistake("tool_choice", "Input should be 'auto', 'none', 'any' or 'required'", "enum");
  const json::object* function = named == nullptr ? nullptr : ObjectAt(*named, "function");
  if (named != nullptr && (function == nullptr || TextAt(*function, "name").empty()))
    return MissingField("tool_choice.function.name");
  return std::nullopt;
}

MistralVerdict CheckFormat(const json::object& request) {
  const json::value* value = Present(request, "response_format");
  if (value == nullptr) return std::nullopt;
  const json::object* format = value->if_object();
  if (format == nullptr || !IsOneOf(TextAt(*format, "type"), {"text", "json_object", "json_schema"}))
    return SchemaMistake("response_format.type", "Input should be 'text', 'json_object' or 'json_schema'",
                         "enum");
  if (const auto unknown = UnknownMember(*format, {"type", "json_schema"}))
    return ExtraForbidden("response_format." + *unknown);
  if (TextAt(*format, "type") != "json_schema") return std::nullopt;
  const json::object* schema = ObjectAt(*format, "json_schema");
  if (schema == nullptr) return MissingField("response_format.json_schema");
  if (const auto unknown = UnknownMember(*schema, {"name", "description", "schema", "strict"}))
    return ExtraForbidden("response_format.json_schema." + *unknown);
  for (const char* member : {"name", "schema"}) {
    if (Present(*schema, member) == nullptr)
      return MissingField(absl::StrCat("response_format.json_schema.", member));
  }
  return std::nullopt;
}

}  // namespace

MistralError ExtraForbidden(const std::string& path) {
  return SchemaMistake(path, "Extra inputs are not permitted", "extra_forbidden");
}

MistralError MissingField(const std::string& path) {
  return SchemaMistake(path, "Field required", "missing");
}

MistralVerdict FindMistralMistake(const json::object& request) {
  for (const auto check : {CheckMembers, CheckMistralMessages, CheckScalars, CheckStop, CheckTools,
                           CheckFormat, CheckMistralOrder}) {
    if (MistralVerdict mistake = check(request)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
