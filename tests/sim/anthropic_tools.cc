// Tools and the choice among them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/sim/anthropic_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::string_view kExtra = "Extra inputs are not permitted";

AnthropicVerdict CheckTool(const json::object& tool, const std::string& path) {
  if (const auto unknown = UnknownMember(
          tool, {"type", "name", "description", "input_schema", "strict", "cache_control", "input_examples"}))
    return AnthropicMistake(path + "." + *unknown, kExtra);
  if (Present(tool, "name") == nullptr) return AnthropicMistake(path + ".name", "Field required");
  if (!IsPlainName(TextAt(tool, "name"), 128))
    return AnthropicMistake(path + ".name", "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
  const json::value* description = Present(tool, "description");
  if (description != nullptr && !description->is_string())
    return AnthropicMistake(path + ".description", "Input should be a valid string");
  const json::object* schema = ObjectAt(tool, "input_schema");
  if (schema == nullptr) return AnthropicMistake(path + ".input_schema", "Field required");
  if (Present(*schema, "type") == nullptr)
    return AnthropicMistake(path + ".input_schema.type", "Field required");
  if (TextAt(*schema, "type") != "object")
    return AnthropicMistake(path + ".input_schema.type", "Input should be 'object'");
  return std::nullopt;
}

AnthropicVerdict CheckChoice(const json::object& request, const std::set<std::string>& names) {
  const json::value* value = Present(request, "tool_choice");
  if (value == nullptr) return std::nullopt;
  const json::object* choice = value->if_object();
  if (choice == nullptr) return AnthropicMistake("tool_choice", "Input should be a valid dictionary");
  if (names.empty()) return AnthropicMistake("tool_choice", "may only be specified while providing tools");
  const std::string type = TextAt(*choice, "type");
  if (!IsOneOf(type, {"auto", "any", "tool", "none"}))
    return AnthropicMistake("tool_choice.type", "Input should be 'auto', 'any', 'tool' or 'none'");
  const auto unknown = type == "none" ? UnknownMember(*choice, {"type"})
                       : type == "tool"
                           ? UnknownMember(*choice, {"type", "disable_parallel_tool_use", "name"})
                           : UnknownMember(*choice, {"type", "disable_parallel_tool_use"});
  if (unknown) return AnthropicMistake("tool_choice." + type + "." + *unknown, kExtra);
  if (type != "tool") return std::nullopt;
  const std::string name = TextAt(*choice, "name");
  if (name.empty()) return AnthropicMistake("tool_choice.tool.name", "Field required");
  if (names.contains(name)) return std::nullopt;
  return AnthropicMistake("tool_choice", absl::StrCat("Tool '", name, "' not found in provided tools"));
}

}  // namespace

AnthropicVerdict CheckAnthropicTools(const json::object& request) {
  const json::value* tools = Present(request, "tools");
  if (tools != nullptr && !tools->is_array())
    return AnthropicMistake("tools", "Input should be a valid array");
  std::set<std::string> names;
  for (std::size_t i = 0; tools != nullptr && i < tools->get_array().size(); ++i) {
    const json::object* tool = tools->get_array()[i].if_object();
    const std::string path = absl::StrCat("tools.", i);
    if (tool == nullptr) return AnthropicMistake(path, "Input should be a valid dictionary");
    const std::string type = TextAt(*tool, "type");
    if (!type.empty() && type != "custom")
      return AnthropicMistake(path, "this simulator has no tools of its own");
    if (AnthropicVerdict mistake = CheckTool(*tool, path + ".custom")) return mistake;
    if (!names.insert(TextAt(*tool, "name")).second)
      return AnthropicMistake("tools", "Tool names must be unique.");
  }
  return CheckChoice(request, names);
}

}  // namespace spillway::sim
