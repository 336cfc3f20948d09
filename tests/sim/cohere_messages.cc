// Messages: each on its own, then calls and results across them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/sim/cohere_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

bool FitsRole(std::string_view type, std::string_view role) {
  if (type == "text") return true;
  if (type == "image_url") return role == "user";
  if (type == "document") return role == "tool";
  return type == "thinking" && role == "assistant";
}

CohereVerdict CheckPart(const json::value& value, const std::string& role, const std::string& path) {
  const json::object* part = value.if_object();
  const std::string type = part == nullptr ? "" : TextAt(*part, "type");
  if (!FitsRole(type, role))
    return CohereMistake(
        absl::StrCat(path, ": content of type '", type, "' is not supported in a message of role ", role));
  const json::value* inner = Present(*part, type);
  const bool object = type == "image_url" || type == "document";
  if (inner == nullptr || (object ? !inner->is_object() : !inner->is_string()))
    return CohereMistake(absl::StrCat(path, ".", type, " is required"));
  if (type == "image_url" && TextAt(inner->get_object(), "url").empty())
    return CohereMistake(path + ".image_url.url is required");
  if (type == "document" && Present(inner->get_object(), "data") == nullptr)
    return CohereMistake(path + ".document.data is required");
  return std::nullopt;
}

CohereVerdict CheckContent(const json::object& message, const std::string& role, const std::string& path) {
  const json::value* content = Present(message, "content");
  const bool empty = content == nullptr || (content->is_string() && content->get_string().empty()) ||
                     (content->is_array() && content->get_array().empty());
  if (empty && (role == "user" || role == "system"))
    return CohereMistake(path + ": message must be at least 1 token long");
  if (content == nullptr) {
    if (role != "tool") return std::nullopt;
    return CohereMistake(path + ".content is required");
  }
  if (content->is_string()) return std::nullopt;
  if (!content->is_array()) return CohereMistake(path + ".content must be a string or a list");
  for (std::size_t i = 0; i < content->get_array().size(); ++i) {
    if (CohereVerdict mistake =
            CheckPart(content->get_array()[i], role, absl::StrCat(path, ".content[", i, "]")))
      return mistake;
  }
  return std::nullopt;
}

CohereVerdict CheckCall(const json::value& value, const std::string& path) {
  const json::object* call = value.if_object();
  const json::object* function = call == nullptr ? nullptr : ObjectAt(*call, "function");
  if (function == nullptr || TextAt(*call, "type") != "function")
    return CohereMistake(path + " must be of type function");
  if (const auto unknown = UnknownMember(*call, {"id", "type", "function"}))
    return UnknownCohereField(path + "." + *unknown);
  if (TextAt(*call, "id").empty()) return CohereMistake(path + ".id is required");
  if (TextAt(*function, "name").empty()) return CohereMistake(path + ".function.name is required");
  json::error_code error;
  const json::value arguments = json::parse(JsonView(TextAt(*function, "arguments")), error);
  if (error || !arguments.is_object())
    return CohereMistake(path + ".function.arguments must be a JSON object in a string");
  return std::nullopt;
}

CohereVerdict CheckAssistant(const json::object& message, const std::string& path) {
  const json::array* calls = ArrayAt(message, "tool_calls");
  const bool called = calls != nullptr && !calls->empty();
  if (Present(message, "content") == nullptr && !called)
    return CohereMistake(path + ": an assistant message must have content or tool_calls");
  if (!TextAt(message, "tool_plan").empty() && !called)
    return CohereMistake(path + ": tool_plan can only be set with tool_calls");
  for (std::size_t i = 0; called && i < calls->size(); ++i) {
    if (CohereVerdict mistake = CheckCall((*calls)[i], absl::StrCat(path, ".tool_calls[", i, "]")))
      return mistake;
  }
  return std::nullopt;
}

CohereVerdict CheckMessage(const json::value& value, const std::string& path) {
  const json::object* message = value.if_object();
  if (message == nullptr) return CohereMistake(path + " must be an object");
  const std::string role = TextAt(*message, "role");
  if (!IsOneOf(role, {"system", "user", "assistant", "tool"}))
    return CohereMistake(absl::StrCat(path, ".role '", role,
                                      "' is not supported: must be one of user, assistant, system, tool"));
  const auto unknown =
      role == "assistant"
          ? UnknownMember(*message, {"role", "content", "tool_calls", "tool_plan", "citations"})
      : role == "tool" ? UnknownMember(*message, {"role", "content", "tool_call_id"})
                       : UnknownMember(*message, {"role", "content"});
  if (unknown) return UnknownCohereField(path + "." + *unknown);
  if (role == "assistant") {
    if (CohereVerdict mistake = CheckAssistant(*message, path)) return mistake;
  }
  if (role == "tool" && TextAt(*message, "tool_call_id").empty())
    return CohereMistake(path + ".tool_call_id is required");
  return CheckContent(*message, role, path);
}

}  // namespace

CohereVerdict CheckCohereMessages(const json::object& request) {
  const json::array* messages = ArrayAt(request, "messages");
  if (messages == nullptr || messages->empty())
    return CohereMistake("messages is required and must not be empty");
  for (std::size_t i = 0; i < messages->size(); ++i) {
    if (CohereVerdict mistake = CheckMessage((*messages)[i], absl::StrCat("messages[", i, "]")))
      return mistake;
  }
  if (IsOneOf(TextAt(messages->back().get_object(), "role"), {"user", "tool"})) return std::nullopt;
  return CohereMistake("the last message must be from the user or a tool");
}

CohereVerdict CheckCoherePairing(const json::object& request) {
  std::set<std::string> open;
  std::set<std::string> known;
  for (const json::value& value : request.at("messages").as_array()) {
    const json::object& message = value.get_object();
    if (TextAt(message, "role") == "tool") {
      const std::string id = TextAt(message, "tool_call_id");
      if (open.erase(id) == 0)
        return CohereMistake("tool_call_id '" + id + "' does not match a tool call of the turn before");
      continue;
    }
    if (!open.empty()) break;
    const json::array* calls = ArrayAt(message, "tool_calls");
    for (const json::value& call : calls == nullptr ? json::array() : *calls) {
      const std::string id = TextAt(call.get_object(), "id");
      if (!known.insert(id).second) return CohereMistake("tool call ids must be unique: '" + id + "'");
      open.insert(id);
    }
  }
  if (open.empty()) return std::nullopt;
  return CohereMistake("tool calls must be followed by their results: '" + *open.begin() + "' has none");
}

}  // namespace spillway::sim
