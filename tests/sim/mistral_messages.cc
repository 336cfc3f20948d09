// Messages: each on its own, then their order.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"
#include "tests/sim/mistral_validation.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

bool IsCallId(const std::string& id) {
  return id.size() == 9 && IsPlainName(id, 9) && id.find_first_of("_-") == std::string::npos;
}

MistralError WrongCallId(const std::string& id) {
  return ServiceError(
      400, absl::StrCat("Tool call id was ", id, " but must be a-z, A-Z, 0-9, with a length of 9."),
      "invalid_function_call", "3280");
}

MistralVerdict CheckContent(const json::object& message, const std::string& path) {
  const json::value* content = Present(message, "content");
  if (content == nullptr) return MissingField(path);
  if (content->is_string()) return std::nullopt;
  if (!content->is_array()) return SchemaMistake(path, "Input should be a valid string", "string_type");
  for (std::size_t i = 0; i < content->get_array().size(); ++i) {
    const json::object* part = content->get_array()[i].if_object();
    const std::string at = absl::StrCat(path, ".", i);
    const std::string type = part == nullptr ? "" : TextAt(*part, "type");
    if (!IsOneOf(type, {"text", "image_url", "document_url", "reference", "file", "thinking", "input_audio"}))
      return SchemaMistake(at, "Input tag found using 'type' does not match any of the expected tags",
                           "union_tag_invalid");
    if (Present(*part, type == "file" ? "file_id" : type == "reference" ? "reference_ids" : type) == nullptr)
      return MissingField(absl::StrCat(at, ".", type));
  }
  return std::nullopt;
}

MistralVerdict CheckCalls(const json::object& message, const std::string& path) {
  const json::array* calls = ArrayAt(message, "tool_calls");
  for (std::size_t i = 0; calls != nullptr && i < calls->size(); ++i) {
    const json::object* call = (*calls)[i].if_object();
    const std::string at = absl::StrCat(path, ".tool_calls.", i);
    const json::object* function = call == nullptr ? nullptr : ObjectAt(*call, "function");
    if (function == nullptr) return MissingField(at + ".function");
    if (const auto unknown = UnknownMember(*call, {"id", "type", "function", "index"}))
      return ExtraForbidden(absl::StrCat(at, ".", *unknown));
    if (TextAt(*function, "name").empty()) return MissingField(at + ".function.name");
    if (Present(*function, "arguments") == nullptr) return MissingField(at + ".function.arguments");
    if (!IsCallId(TextAt(*call, "id"))) return WrongCallId(TextAt(*call, "id"));
  }
  const json::value* content = Present(message, "content");
  const bool called = calls != nullptr && !calls->empty();
  const bool empty = content == nullptr || (content->is_string() && content->get_string().empty());
  if (empty && !called)
    return ServiceError(400, "Assistant message must have either content or tool_calls, but not none.",
                        "invalid_request_assistant_message", "3240");
  return content == nullptr ? std::nullopt : CheckContent(message, path + ".content");
}

MistralVerdict CheckMessage(const json::value& value, std::size_t index) {
  const json::object* message = value.if_object();
  std::string path = absl::StrCat("messages.", index);
  if (message == nullptr) return SchemaMistake(path, "Input should be a valid dictionary", "dict_type");
  const std::string role = TextAt(*message, "role");
  if (!IsOneOf(role, {"system", "user", "assistant", "tool"}))
    return SchemaMistake(path,
                         absl::StrCat("Input tag '", role,
                                      "' found using 'role' does not match any of the expected tags: "
                                      "'assistant', 'system', 'tool', 'user'"),
                         "union_tag_invalid");
  path += "." + role;
  const auto unknown = role == "assistant"
                           ? UnknownMember(*message, {"role", "content", "tool_calls", "prefix"})
                       : role == "tool" ? UnknownMember(*message, {"role", "content", "tool_call_id", "name"})
                                        : UnknownMember(*message, {"role", "content"});
  if (unknown) return ExtraForbidden(path + "." + *unknown);
  if (role == "assistant") return CheckCalls(*message, path);
  if (role == "tool" && !IsCallId(TextAt(*message, "tool_call_id")))
    return WrongCallId(TextAt(*message, "tool_call_id"));
  return CheckContent(*message, path + ".content");
}

MistralError WrongOrder(std::string_view message) {
  return ServiceError(400, message, "invalid_request_message_order", "3230");
}

}  // namespace

MistralVerdict CheckMistralMessages(const json::object& request) {
  const json::array* messages = ArrayAt(request, "messages");
  if (messages == nullptr || messages->empty()) return MissingField("messages");
  for (std::size_t i = 0; i < messages->size(); ++i) {
    if (MistralVerdict mistake = CheckMessage((*messages)[i], i)) return mistake;
  }
  return std::nullopt;
}

MistralVerdict CheckMistralOrder(const json::object& request) {
  const json::array& messages = request.at("messages").as_array();
  std::set<std::string> open;
  for (const json::value& value : messages) {
    const json::object& message = value.get_object();
    if (TextAt(message, "role") == "tool") {
      if (open.erase(TextAt(message, "tool_call_id")) == 0)
        return WrongOrder("Unexpected tool call id " + TextAt(message, "tool_call_id") + " in tool results");
      continue;
    }
    if (!open.empty()) break;
    const json::array* calls = ArrayAt(message, "tool_calls");
    for (const json::value& call : calls == nullptr ? json::array() : *calls)
      open.insert(TextAt(call.get_object(), "id"));
  }
  const json::object& last = messages.back().get_object();
  const std::string role = TextAt(last, "role");
  const json::value* prefix = Present(last, "prefix");
  const bool continued = role == "assistant" && prefix != nullptr && *prefix == true;
  if (!continued && !IsOneOf(role, {"user", "tool"}))
    return WrongOrder("Expected last role User or Tool (or Assistant with prefix True) for serving but got " +
                      role);
  if (!open.empty()) return WrongOrder("Not the same number of function calls and responses");
  return std::nullopt;
}

}  // namespace spillway::sim
