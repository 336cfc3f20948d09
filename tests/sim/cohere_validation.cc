#include "tests/sim/cohere_validation.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

CohereVerdict CheckMembers(const json::object& request) {
  if (const auto unknown = UnknownMember(request, {"model",
                                                   "messages",
                                                   "tools",
                                                   "tool_choice",
                                                   "strict_tools",
                                                   "documents",
                                                   "citation_options",
                                                   "response_format",
                                                   "safety_mode",
                                                   "max_tokens",
                                                   "stop_sequences",
                                                   "temperature",
                                                   "seed",
                                                   "frequency_penalty",
                                                   "presence_penalty",
                                                   "k",
                                                   "p",
                                                   "logprobs",
                                                   "thinking",
                                                   "priority",
                                                   "stream"}))
    return UnknownCohereField(*unknown);
  if (TextAt(request, "model").empty()) return CohereMistake("model is required");
  return std::nullopt;
}

struct Range {
  std::string_view name;
  bool integer;
  double min;
  double max;
};

CohereVerdict CheckScalars(const json::object& request) {
  static constexpr Range kRanges[] = {
      {"temperature", false, 0, 1e9},   {"p", false, 0, 1},        {"k", true, 0, 500},
      {"max_tokens", true, 0, 1e9},     {"seed", true, 0, 1.9e19}, {"frequency_penalty", false, 0, 1},
      {"presence_penalty", false, 0, 1}};
  for (const Range& range : kRanges) {
    const std::string name(range.name);
    const json::value* value = Present(request, name);
    if (value == nullptr) continue;
    if (!value->is_number() || (range.integer && value->is_double()))
      return CohereMistake(absl::StrCat(name, " must be of type ", range.integer ? "integer" : "number"));
    const double number = value->to_number<double>();
    if (number < range.min || number > range.max)
      return CohereMistake(
          absl::StrCat(name, " must be between ", range.min, " and ", range.max, " inclusive"));
  }
  const json::value* stream = Present(request, "stream");
  if (stream != nullptr && !stream->is_bool()) return CohereMistake("stream must be of type boolean");
  const json::value* stops = Present(request, "stop_sequences");
  if (stops == nullptr) return std::nullopt;
  if (!stops->is_array() || TextsAt(request, "stop_sequences").size() != stops->get_array().size())
    return CohereMistake("stop_sequences must be a list of strings");
  if (stops->get_array().size() > 5) return CohereMistake("at most 5 stop_sequences are allowed");
  return std::nullopt;
}

CohereVerdict CheckTools(const json::object& request) {
  const json::value* tools = Present(request, "tools");
  const bool some = tools != nullptr && tools->is_array() && !tools->get_array().empty();
  if (tools != nullptr && !tools->is_array()) return CohereMistake("tools must be a list");
  for (std::size_t i = 0; some && i < tools->get_array().size(); ++i) {
    const std::string path = absl::StrCat("tools[", i, "]");
    const json::object* tool = tools->get_array()[i].if_object();
    const json::object* function = tool == nullptr ? nullptr : ObjectAt(*tool, "function");
    if (function == nullptr || TextAt(*tool, "type") != "function")
      return CohereMistake(path + " must be of type function");
    if (const auto unknown = UnknownMember(*function, {"name", "description", "parameters"}))
      return UnknownCohereField(absl::StrCat(path, ".function.", *unknown));
    if (TextAt(*function, "name").empty()) return CohereMistake(path + ".function.name is required");
    if (ObjectAt(*function, "parameters") == nullptr)
      return CohereMistake(path + ".function.parameters must be a JSON schema");
  }
  if (Present(request, "strict_tools") != nullptr && !some)
    return CohereMistake("strict_tools can only be set with tools");
  if (Present(request, "tool_choice") == nullptr) return std::nullopt;
  if (!IsOneOf(TextAt(request, "tool_choice"), {"REQUIRED", "NONE"}))
    return CohereMistake("tool_choice must be REQUIRED or NONE");
  return some ? std::nullopt : CohereVerdict(CohereMistake("tool_choice can only be set with tools"));
}

CohereVerdict CheckFormat(const json::object& request) {
  const json::value* value = Present(request, "response_format");
  if (value == nullptr) return std::nullopt;
  const json::object* format = value->if_object();
  const std::string type = format == nullptr ? "" : TextAt(*format, "type");
  if (!IsOneOf(type, {"text", "json_object"}))
    return CohereMistake("response_format.type must be text or json_object");
  if (const auto unknown = UnknownMember(*format, {"type", "json_schema", "schema"}))
    return UnknownCohereField("response_format." + *unknown);
  for (const char* member : {"json_schema", "schema"}) {
    if (Present(*format, member) != nullptr && ObjectAt(*format, member) == nullptr)
      return CohereMistake(absl::StrCat("response_format.", member, " must be a JSON schema"));
  }
  const json::array* tools = ArrayAt(request, "tools");
  if (type == "json_object" && tools != nullptr && !tools->empty())
    return CohereMistake("response_format of type json_object is not supported with tools");
  return std::nullopt;
}

CohereVerdict CheckThinking(const json::object& request) {
  const json::value* value = Present(request, "thinking");
  if (value == nullptr) return std::nullopt;
  const json::object* thinking = value->if_object();
  if (thinking == nullptr || !IsOneOf(TextAt(*thinking, "type"), {"enabled", "disabled"}))
    return CohereMistake("thinking.type must be enabled or disabled");
  if (const auto unknown = UnknownMember(*thinking, {"type", "token_budget"}))
    return UnknownCohereField("thinking." + *unknown);
  const json::value* budget = Present(*thinking, "token_budget");
  if (budget == nullptr || (budget->is_int64() && budget->get_int64() > 0)) return std::nullopt;
  return CohereMistake("thinking.token_budget must be a positive integer");
}

}  // namespace

CohereError UnknownCohereField(const std::string& path) {
  return CohereMistake("unknown field: parameter '" + path + "' is not a valid field");
}

CohereVerdict FindCohereMistake(const json::object& request) {
  for (const auto check : {CheckMembers, CheckCohereMessages, CheckCoherePairing, CheckScalars, CheckTools,
                           CheckFormat, CheckThinking}) {
    if (CohereVerdict mistake = check(request)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
