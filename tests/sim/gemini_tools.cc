// Function declarations and toolConfig.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tests/sim/gemini_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

using Names = std::set<std::string>;

bool IsFunctionName(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  const auto first = static_cast<unsigned char>(name.front());
  if (!absl::ascii_isalpha(first) && first != '_') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") ==
         std::string_view::npos;
}

GeminiVerdict CheckDeclaration(const json::value& value, const std::string& where, Names& names) {
  const json::object* function = value.if_object();
  if (function == nullptr) return GeminiMistake("Invalid value at '" + where + "' (FunctionDeclaration)");
  if (const auto unknown =
          UnknownMember(*function, {"name", "description", "parameters", "parametersJsonSchema", "response",
                                    "responseJsonSchema", "behavior"}))
    return UnknownGeminiName(*unknown, where);
  const std::string name = TextAt(*function, "name");
  if (!IsFunctionName(name))
    return GeminiMistake("* GenerateContentRequest." + where +
                         ".name: Invalid function name. Must start with a letter or an underscore.");
  if (!names.insert(name).second) return GeminiMistake("Duplicate function declaration found: " + name);
  const json::value* schema = Present(*function, "parameters");
  if (schema != nullptr && Present(*function, "parametersJsonSchema") != nullptr)
    return GeminiMistake("parameters and parameters_json_schema cannot both be set at " + where);
  return schema == nullptr ? std::nullopt : CheckGeminiSchema(*schema, where + ".parameters");
}

GeminiVerdict CheckConfig(const json::object& request, const Names& names) {
  const json::object* config = ObjectAt(request, "toolConfig");
  if (config == nullptr) return std::nullopt;
  if (const auto unknown = UnknownMember(*config, {"functionCallingConfig", "retrievalConfig"}))
    return UnknownGeminiName(*unknown, "tool_config");
  const json::object* calling = ObjectAt(*config, "functionCallingConfig");
  if (calling == nullptr) return std::nullopt;
  if (const auto unknown = UnknownMember(*calling, {"mode", "allowedFunctionNames"}))
    return UnknownGeminiName(*unknown, "tool_config.function_calling_config");
  const std::string mode = TextAt(*calling, "mode");
  if (!IsOneOf(mode, {"", "AUTO", "ANY", "NONE", "VALIDATED"}))
    return GeminiMistake("Invalid value at 'tool_config.function_calling_config.mode' (Mode), \"" + mode +
                         "\"");
  if (names.empty() && mode == "ANY")
    return GeminiMistake("Function calling config is set without function_declarations.");
  const std::vector<std::string> allowed = TextsAt(*calling, "allowedFunctionNames");
  if (!allowed.empty() && !IsOneOf(mode, {"ANY", "VALIDATED"}))
    return GeminiMistake("allowed_function_names may only be set with function calling mode ANY.");
  for (const std::string& name : allowed) {
    if (!names.contains(name))
      return GeminiMistake("allowed_function_names names an undeclared function: " + name);
  }
  return std::nullopt;
}

}  // namespace

GeminiVerdict CheckGeminiTools(const json::object& request) {
  const json::value* tools = Present(request, "tools");
  if (tools != nullptr && !tools->is_array()) return GeminiMistake("Invalid value at 'tools' (Tool)");
  Names names;
  for (std::size_t i = 0; tools != nullptr && i < tools->get_array().size(); ++i) {
    const json::object* tool = tools->get_array()[i].if_object();
    const std::string where = absl::StrCat("tools[", i, "]");
    if (tool == nullptr) return GeminiMistake("Invalid value at '" + where + "' (Tool)");
    if (const auto unknown = UnknownMember(*tool, {"functionDeclarations", "googleSearch", "urlContext",
                                                   "codeExecution", "googleSearchRetrieval"}))
      return UnknownGeminiName(*unknown, where);
    const json::array* functions = ArrayAt(*tool, "functionDeclarations");
    for (std::size_t j = 0; functions != nullptr && j < functions->size(); ++j) {
      if (GeminiVerdict mistake = CheckDeclaration(
              (*functions)[j], absl::StrCat(where, ".function_declarations[", j, "]"), names))
        return mistake;
    }
  }
  return CheckConfig(request, names);
}

}  // namespace spillway::sim
