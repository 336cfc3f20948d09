// Calls and results, across messages: every call is answered in the very next message, results first.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/sim/anthropic_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// The `member`s of the blocks of `type`, in order.
std::vector<std::string> IdsOf(const json::value& message, std::string_view type, std::string_view member) {
  std::vector<std::string> ids;
  const json::array* blocks = ArrayAt(message.get_object(), "content");
  if (blocks == nullptr) return ids;
  for (const json::value& block : *blocks) {
    if (TextAt(block.get_object(), "type") == type) ids.push_back(TextAt(block.get_object(), member));
  }
  return ids;
}

// Null: a message without calls expects none.
AnthropicVerdict CheckResults(const json::value& message, const std::vector<std::string>& calls,
                              const std::string& path) {
  std::set<std::string> answered;
  for (const std::string& id : IdsOf(message, "tool_result", "tool_use_id")) {
    if (std::find(calls.begin(), calls.end(), id) == calls.end())
      return AnthropicMistake(path + ".content",
                              absl::StrCat("unexpected `tool_use_id` found in `tool_result` blocks: ", id,
                                           ". Each `tool_result` block must have a corresponding "
                                           "`tool_use` block in the previous message."));
    if (!answered.insert(id).second)
      return AnthropicMistake(path + ".content",
                              absl::StrCat("each tool_use must have a single result. Found multiple "
                                           "`tool_result` blocks with id: ",
                                           id));
  }
  bool others = false;
  const json::array* blocks = ArrayAt(message.get_object(), "content");
  for (std::size_t i = 0; blocks != nullptr && i < blocks->size(); ++i) {
    const bool result = TextAt((*blocks)[i].get_object(), "type") == "tool_result";
    if (result && others)
      return AnthropicMistake(absl::StrCat(path, ".content.", i),
                              "`tool_result` blocks must come before other content");
    others = others || !result;
  }
  return std::nullopt;
}

}  // namespace

AnthropicVerdict CheckAnthropicPairing(const json::object& request) {
  const json::array& messages = request.at("messages").get_array();
  std::set<std::string> known;
  std::vector<std::string> open;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string path = absl::StrCat("messages.", i);
    if (AnthropicVerdict mistake = CheckResults(messages[i], open, path)) return mistake;
    const std::vector<std::string> calls = IdsOf(messages[i], "tool_use", "id");
    for (const std::string& id : calls) {
      if (!known.insert(id).second) return AnthropicMistake("messages", "`tool_use` ids must be unique");
    }
    std::vector<std::string> missing = calls;
    if (i + 1 < messages.size()) {
      for (const std::string& id : IdsOf(messages[i + 1], "tool_result", "tool_use_id"))
        std::erase(missing, id);
    }
    if (!missing.empty())
      return AnthropicMistake(path, absl::StrCat("`tool_use` ids were found without `tool_result` blocks "
                                                 "immediately after: ",
                                                 absl::StrJoin(missing, ", ")));
    open = calls;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
