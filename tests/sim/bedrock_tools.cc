// Tools, the choice among them, and calls paired with results across messages.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/sim/bedrock_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// The ids of the blocks of `kind` in a message, in order.
std::vector<std::string> IdsOf(const json::value& message, std::string_view kind) {
  std::vector<std::string> ids;
  for (const json::value& block : message.at("content").as_array()) {
    if (const json::object* content = ObjectAt(block.get_object(), kind))
      ids.push_back(TextAt(*content, "toolUseId"));
  }
  return ids;
}

BedrockVerdict CheckSpec(const json::object& spec, const std::string& path) {
  if (const auto unknown = UnknownMember(spec, {"name", "description", "inputSchema", "strict"}))
    return ExtraneousKey(path, *unknown);
  if (!IsPlainName(TextAt(spec, "name"), 64))
    return BedrockMistake(absl::StrCat("1 validation error detected: Value at '", path,
                                       ".name' failed to satisfy constraint: Member must satisfy regular "
                                       "expression pattern: [a-zA-Z0-9_-]+"));
  if (Present(spec, "description") != nullptr && TextAt(spec, "description").empty())
    return BedrockMistake(absl::StrCat("1 validation error detected: Value at '", path,
                                       ".description' failed to satisfy constraint: Member must have length "
                                       "greater than or equal to 1"));
  const json::object* input = ObjectAt(spec, "inputSchema");
  const json::object* schema = input == nullptr ? nullptr : ObjectAt(*input, "json");
  if (schema == nullptr || TextAt(*schema, "type") != "object")
    return BedrockMistake(
        absl::StrCat("The value at ", path, ".inputSchema.json.type must be one of the following: object."));
  return std::nullopt;
}

BedrockVerdict CheckChoice(const json::object& config, const std::set<std::string>& names) {
  const json::value* value = Present(config, "toolChoice");
  if (value == nullptr) return std::nullopt;
  const json::object* choice = value->if_object();
  if (choice == nullptr || choice->size() != 1 ||
      !IsOneOf(std::string(choice->begin()->key()), {"auto", "any", "tool"}) ||
      !choice->begin()->value().is_object())
    return BedrockMistake(
        "The toolChoice at toolConfig must set one of the following keys: auto, any, tool.");
  const json::object* tool = ObjectAt(*choice, "tool");
  if (tool == nullptr || names.contains(TextAt(*tool, "name"))) return std::nullopt;
  return BedrockMistake(
      absl::StrCat("The tool choice '", TextAt(*tool, "name"), "' is not among the tools."));
}

// What message `i` must answer, and what it does.
BedrockVerdict CheckResults(const std::vector<std::string>& calls, const json::value& message,
                            std::size_t i) {
  const std::vector<std::string> results = IdsOf(message, "toolResult");
  const std::set<std::string> answered(results.begin(), results.end());
  std::vector<std::string> missing;
  for (const std::string& id : calls) {
    if (!answered.contains(id)) missing.push_back(id);
  }
  if (!missing.empty())
    return BedrockMistake(absl::StrCat("Expected toolResult blocks at messages.", i,
                                       ".content for the following Ids: ", absl::StrJoin(missing, ", ")));
  if (results.size() > calls.size())
    return BedrockMistake(absl::StrCat("The number of toolResult blocks at messages.", i,
                                       ".content exceeds the number of toolUse blocks of previous turn."));
  return std::nullopt;
}

}  // namespace

BedrockVerdict CheckBedrockTools(const json::object& request) {
  const json::object* config = ObjectAt(request, "toolConfig");
  if (config == nullptr) return std::nullopt;
  if (const auto unknown = UnknownMember(*config, {"tools", "toolChoice"}))
    return ExtraneousKey("toolConfig", *unknown);
  const json::array* tools = ArrayAt(*config, "tools");
  if (tools == nullptr || tools->empty())
    return BedrockMistake(
        "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy "
        "constraint: Member must have length greater than or equal to 1");
  std::set<std::string> names;
  for (std::size_t i = 0; i < tools->size(); ++i) {
    const std::string path = absl::StrCat("toolConfig.tools.", i);
    const json::object* tool = (*tools)[i].if_object();
    if (tool != nullptr && tool->size() == 1 && tool->contains("cachePoint")) continue;
    const json::object* spec = tool == nullptr ? nullptr : ObjectAt(*tool, "toolSpec");
    if (spec == nullptr || tool->size() != 1)
      return BedrockMistake(absl::StrCat("The tool at ", path, " must set toolSpec."));
    if (BedrockVerdict mistake = CheckSpec(*spec, path + ".toolSpec")) return mistake;
    if (!names.insert(TextAt(*spec, "name")).second)
      return BedrockMistake(absl::StrCat("The tool name at ", path, " is used twice."));
  }
  return CheckChoice(*config, names);
}

BedrockVerdict CheckBedrockPairing(const json::object& request) {
  const json::array& messages = request.at("messages").as_array();
  std::vector<std::string> open;
  bool tools_seen = false;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (BedrockVerdict mistake = CheckResults(open, messages[i], i)) return mistake;
    open = IdsOf(messages[i], "toolUse");
    if (std::set<std::string>(open.begin(), open.end()).size() != open.size())
      return BedrockMistake(
          absl::StrCat("The toolUse blocks at messages.", i, ".content contain duplicate Ids."));
    tools_seen = tools_seen || !open.empty();
  }
  if (!open.empty())
    return BedrockMistake(absl::StrCat("Expected toolResult blocks at messages.", messages.size(),
                                       ".content for the following Ids: ", absl::StrJoin(open, ", ")));
  if (tools_seen && ObjectAt(request, "toolConfig") == nullptr)
    return BedrockMistake(
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.");
  return std::nullopt;
}

}  // namespace spillway::sim
