// Messages and their content blocks, each on its own.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/sim/anthropic_validation.h"
#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::string_view kExtra = "Extra inputs are not permitted";

AnthropicVerdict CheckText(const json::object& block, const std::string& path) {
  if (const auto unknown = UnknownMember(block, {"type", "text", "cache_control", "citations"}))
    return AnthropicMistake(path + "." + *unknown, kExtra);
  const json::value* text = Present(block, "text");
  if (text == nullptr || !text->is_string()) return AnthropicMistake(path + ".text", "Field required");
  if (text->get_string().empty())
    return AnthropicMistake("messages", "text content blocks must be non-empty");
  if (IsBlank(View(text->get_string())))
    return AnthropicMistake("messages", "text content blocks must contain non-whitespace text");
  return std::nullopt;
}

AnthropicVerdict CheckSource(const json::object& block, const std::string& path) {
  const json::object* source = ObjectAt(block, "source");
  if (source == nullptr) return AnthropicMistake(path + ".source", "Field required");
  const std::string type = TextAt(*source, "type");
  if (type == "url") {
    const std::string url = TextAt(*source, "url");
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    return web ? std::nullopt : AnthropicVerdict(AnthropicMistake(path + ".source.url", "Invalid URL"));
  }
  if (type != "base64") return AnthropicMistake(path + ".source.type", "Input should be 'base64' or 'url'");
  if (const auto unknown = UnknownMember(*source, {"type", "media_type", "data"}))
    return AnthropicMistake(path + ".source." + *unknown, kExtra);
  const std::string media = TextAt(*source, "media_type");
  const bool image = IsOneOf(media, {"image/jpeg", "image/png", "image/gif", "image/webp"});
  if (TextAt(block, "type") == "image" && !image)
    return AnthropicMistake(path + ".source.base64.media_type",
                            "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'");
  if (TextAt(*source, "data").empty())
    return AnthropicMistake(path + ".source.base64.data", "Field required");
  return std::nullopt;
}

AnthropicVerdict CheckToolUse(const json::object& block, const std::string& path) {
  if (const auto unknown = UnknownMember(block, {"type", "id", "name", "input", "cache_control", "caller"}))
    return AnthropicMistake(path + "." + *unknown, kExtra);
  if (!IsPlainName(TextAt(block, "id"), 512))
    return AnthropicMistake(path + ".id", "String should match pattern '^[a-zA-Z0-9_-]+$'");
  if (!IsPlainName(TextAt(block, "name"), 200))
    return AnthropicMistake(path + ".name", "String should match pattern '^[a-zA-Z0-9_-]{1,200}$'");
  if (ObjectAt(block, "input") == nullptr)
    return AnthropicMistake(path + ".input", "Input should be a valid dictionary");
  return std::nullopt;
}

AnthropicVerdict CheckToolResult(const json::object& block, const std::string& path) {
  if (const auto unknown =
          UnknownMember(block, {"type", "tool_use_id", "content", "is_error", "cache_control"}))
    return AnthropicMistake(path + "." + *unknown, kExtra);
  if (!IsPlainName(TextAt(block, "tool_use_id"), 512))
    return AnthropicMistake(path + ".tool_use_id", "String should match pattern '^[a-zA-Z0-9_-]+$'");
  const json::value* failed = Present(block, "is_error");
  if (failed != nullptr && !failed->is_bool())
    return AnthropicMistake(path + ".is_error", "Input should be a valid boolean");
  const json::value* content = Present(block, "content");
  if (content == nullptr || content->is_string()) return std::nullopt;
  if (!content->is_array()) return AnthropicMistake(path + ".content", "Input should be a valid array");
  std::size_t index = 0;
  for (const json::value& part : content->get_array()) {
    const std::string at = absl::StrCat(path, ".content.", index++);
    const std::string type = part.is_object() ? TextAt(part.get_object(), "type") : "";
    if (!IsOneOf(type, {"text", "image", "document"}))
      return AnthropicMistake(at, "Input tag found using 'type' does not match any of the expected tags");
    if (AnthropicVerdict mistake = CheckAnthropicBlock(part, "user", at)) return mistake;
  }
  return std::nullopt;
}

AnthropicVerdict CheckThought(const json::object& block, const std::string& path) {
  if (TextAt(block, "type") == "redacted_thinking") {
    if (!TextAt(block, "data").empty()) return std::nullopt;
    return AnthropicMistake(path + ".data", "Field required");
  }
  if (const auto unknown = UnknownMember(block, {"type", "thinking", "signature"}))
    return AnthropicMistake(path + "." + *unknown, kExtra);
  for (const char* member : {"thinking", "signature"}) {
    if (Present(block, member) == nullptr)
      return AnthropicMistake(absl::StrCat(path, ".", member), "Field required");
  }
  if (TextAt(block, "signature") == SignatureOf(TextAt(block, "thinking"))) return std::nullopt;
  return AnthropicMistake(path, "Invalid `signature` in `thinking` block");
}

AnthropicVerdict CheckMessage(const json::value& value, const std::string& path, bool last) {
  const json::object* message = value.if_object();
  if (message == nullptr) return AnthropicMistake(path, "Input does not match the expected shape.");
  if (const auto unknown = UnknownMember(*message, {"role", "content"}))
    return AnthropicMistake(path + "." + *unknown, kExtra);
  const std::string role = TextAt(*message, "role");
  if (role == "system")
    return AnthropicMistake("messages", "Unexpected role \"system\": system is a top-level parameter");
  if (role != "user" && role != "assistant")
    return AnthropicMistake(path + ".role", "Input should be 'user' or 'assistant'");
  const json::value* content = Present(*message, "content");
  if (content == nullptr) return AnthropicMistake(path + ".content", "Field required");
  if (!content->is_string() && !content->is_array())
    return AnthropicMistake(path + ".content", "Input should be a valid string or array");
  const bool empty = content->is_string() ? content->get_string().empty() : content->get_array().empty();
  if (empty && (!last || role == "user"))
    return AnthropicMistake(
        path, "all messages must have non-empty content except for the optional final assistant message");
  if (!content->is_array()) return std::nullopt;
  std::size_t index = 0;
  for (const json::value& block : content->get_array()) {
    if (AnthropicVerdict mistake = CheckAnthropicBlock(block, role, absl::StrCat(path, ".content.", index++)))
      return mistake;
  }
  return std::nullopt;
}

}  // namespace

AnthropicVerdict CheckAnthropicBlock(const json::value& value, std::string_view role,
                                     const std::string& path) {
  const json::object* block = value.if_object();
  if (block == nullptr) return AnthropicMistake(path, "Input should be a valid dictionary");
  const std::string type = TextAt(*block, "type");
  if (type.empty()) return AnthropicMistake(path + ".type", "Field required");
  if (type == "text") return CheckText(*block, path);
  const bool user = IsOneOf(type, {"image", "document", "tool_result"});
  const bool assistant = IsOneOf(type, {"tool_use", "thinking", "redacted_thinking"});
  if (!user && !assistant)
    return AnthropicMistake(
        path,
        absl::StrCat("Input tag '", type, "' found using 'type' does not match any of the expected tags"));
  if (user != (role == "user"))
    return AnthropicMistake(path, absl::StrCat("`", type, "` blocks can only be in `",
                                               user ? "user" : "assistant", "` messages"));
  if (type == "tool_use") return CheckToolUse(*block, path);
  if (type == "tool_result") return CheckToolResult(*block, path);
  return user ? CheckSource(*block, path) : CheckThought(*block, path);
}

AnthropicVerdict CheckAnthropicMessages(const json::object& request) {
  const json::value* value = Present(request, "messages");
  if (value == nullptr) return AnthropicMistake("messages", "Field required");
  if (!value->is_array()) return AnthropicMistake("messages", "Input should be a valid array");
  const json::array& messages = value->get_array();
  if (messages.empty()) return AnthropicMistake("messages", "at least one message is required");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (AnthropicVerdict mistake =
            CheckMessage(messages[i], absl::StrCat("messages.", i), i + 1 == messages.size()))
      return mistake;
  }
  if (TextAt(messages.front().get_object(), "role") != "user")
    return AnthropicMistake("messages", "first message must use the \"user\" role");
  return std::nullopt;
}

}  // namespace spillway::sim
