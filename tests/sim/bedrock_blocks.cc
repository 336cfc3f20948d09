// Messages and their content blocks, each on its own.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/sim/bedrock_validation.h"
#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr std::size_t kLongestName = 64;

BedrockVerdict CheckText(const json::value& value, const std::string& path) {
  if (value.is_string() && !IsBlank(View(value.get_string()))) return std::nullopt;
  return BedrockMistake(absl::StrCat("The text field in the ContentBlock object at ", path,
                                     " is blank. Add text to the text field, and try again."));
}

BedrockVerdict CheckMedia(const json::object& media, std::string_view kind, const std::string& path) {
  const bool image = kind == "image";
  if (const auto unknown = image ? UnknownMember(media, {"format", "source"})
                                 : UnknownMember(media, {"format", "source", "name", "context", "citations"}))
    return ExtraneousKey(path, *unknown);
  const std::string format = TextAt(media, "format");
  const bool known = image
                         ? IsOneOf(format, {"png", "jpeg", "gif", "webp"})
                         : IsOneOf(format, {"pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"});
  if (!known) return BedrockMistake(absl::StrCat("The value at ", path, ".format is not supported."));
  const json::object* source = ObjectAt(media, "source");
  const bool one = source != nullptr && source->size() == 1 &&
                   (!TextAt(*source, "bytes").empty() || ObjectAt(*source, "s3Location") != nullptr);
  if (!one) return BedrockMistake(absl::StrCat("The source at ", path, " must be bytes or s3Location."));
  if (!image && TextAt(media, "name").empty())
    return BedrockMistake(absl::StrCat("The document at ", path, " must have a name."));
  return std::nullopt;
}

BedrockVerdict CheckToolUse(const json::object& use, const std::string& path) {
  if (const auto unknown = UnknownMember(use, {"toolUseId", "name", "input", "type"}))
    return ExtraneousKey(path, *unknown);
  for (const char* member : {"toolUseId", "name"}) {
    if (!IsPlainName(TextAt(use, member), kLongestName))
      return BedrockMistake(absl::StrCat("1 validation error detected: Value at '", path, ".", member,
                                         "' failed to satisfy constraint: Member must satisfy regular "
                                         "expression pattern: [a-zA-Z0-9_-]+"));
  }
  if (ObjectAt(use, "input") == nullptr)
    return BedrockMistake(absl::StrCat("The format of the value at ", path,
                                       ".input is invalid. Provide a json object for the field and try "
                                       "again."));
  return std::nullopt;
}

BedrockVerdict CheckToolResult(const json::object& result, const std::string& path) {
  if (const auto unknown = UnknownMember(result, {"toolUseId", "content", "status", "type"}))
    return ExtraneousKey(path, *unknown);
  if (!IsPlainName(TextAt(result, "toolUseId"), kLongestName))
    return BedrockMistake(absl::StrCat("1 validation error detected: Value at '", path,
                                       ".toolUseId' failed to satisfy constraint: Member must satisfy "
                                       "regular expression pattern: [a-zA-Z0-9_-]+"));
  if (Present(result, "status") != nullptr && !IsOneOf(TextAt(result, "status"), {"success", "error"}))
    return BedrockMistake(absl::StrCat("The value at ", path, ".status must be success or error."));
  const json::array* content = ArrayAt(result, "content");
  if (content == nullptr)
    return BedrockMistake(absl::StrCat("The content field at ", path, " must be a list."));
  for (std::size_t i = 0; i < content->size(); ++i) {
    const json::object* part = (*content)[i].if_object();
    const std::string at = absl::StrCat(path, ".content.", i);
    if (part == nullptr || part->size() != 1 ||
        !IsOneOf(std::string(part->begin()->key()), {"text", "json", "image", "document"}))
      return BedrockMistake(
          absl::StrCat("The ToolResultContentBlock at ", at,
                       " must set one of the following keys: text, json, image, document."));
    if (part->contains("json") && ObjectAt(*part, "json") == nullptr)
      return BedrockMistake(absl::StrCat("The format of the value at ", at,
                                         ".json is invalid. Provide a "
                                         "json object for the field and try again."));
    // A tool may have nothing to say: only here a text may be blank.
    if (part->contains("image") || part->contains("document")) {
      if (BedrockVerdict mistake = CheckBedrockBlock((*content)[i], "user", at)) return mistake;
    }
  }
  return std::nullopt;
}

BedrockVerdict CheckReasoning(const json::object& reasoning, const std::string& path) {
  if (!TextAt(reasoning, "redactedContent").empty()) return std::nullopt;
  const json::object* text = ObjectAt(reasoning, "reasoningText");
  if (text == nullptr || Present(*text, "text") == nullptr)
    return BedrockMistake(absl::StrCat("The reasoningContent at ", path, " must set reasoningText."));
  if (TextAt(*text, "signature") == SignatureOf(TextAt(*text, "text"))) return std::nullopt;
  return BedrockMistake(absl::StrCat("The model returned the following errors: ", path,
                                     ": Invalid `signature` in `thinking` block"));
}

BedrockVerdict CheckMessage(const json::value& value, std::size_t index) {
  const std::string path = absl::StrCat("messages.", index);
  const json::object* message = value.if_object();
  if (message == nullptr)
    return BedrockError{400, "SerializationException", "Expected an object at " + path + "."};
  if (const auto unknown = UnknownMember(*message, {"role", "content"})) return ExtraneousKey(path, *unknown);
  const std::string role = TextAt(*message, "role");
  if (!IsOneOf(role, {"user", "assistant"}))
    return BedrockMistake(absl::StrCat("1 validation error detected: Value '", role, "' at '", path,
                                       ".role' failed to satisfy constraint: Member must satisfy enum value "
                                       "set: [user, assistant]"));
  const bool users_turn = index % 2 == 0;
  if (users_turn != (role == "user"))
    return BedrockMistake(index == 0 ? "A conversation must start with a user message. Try again with a "
                                       "conversation that starts with a user message."
                                     : "A conversation must alternate between user and assistant roles. Make "
                                       "sure the conversation alternates between user and assistant roles "
                                       "and try again.");
  const json::array* content = ArrayAt(*message, "content");
  if (content == nullptr || content->empty())
    return BedrockMistake(absl::StrCat("The content field in the Message object at ", path,
                                       " is empty. Add a ContentBlock object to the content field and try "
                                       "again."));
  for (std::size_t i = 0; i < content->size(); ++i) {
    if (BedrockVerdict mistake = CheckBedrockBlock((*content)[i], role, absl::StrCat(path, ".content.", i)))
      return mistake;
  }
  return std::nullopt;
}

}  // namespace

BedrockVerdict CheckBedrockBlock(const json::value& value, std::string_view role, const std::string& path) {
  const json::object* block = value.if_object();
  if (block == nullptr || block->size() != 1)
    return BedrockMistake(absl::StrCat("The ContentBlock object at ", path, " must set exactly one key."));
  const std::string kind(block->begin()->key());
  if (kind == "text") return CheckText(block->at("text"), path);
  if (kind == "cachePoint" || kind == "guardContent") return std::nullopt;
  const bool user = IsOneOf(kind, {"image", "document", "toolResult"});
  const bool assistant = IsOneOf(kind, {"toolUse", "reasoningContent"});
  const json::object* content = block->at(kind).if_object();
  if ((!user && !assistant) || content == nullptr) return ExtraneousKey(path, kind);
  if (user != (role == "user"))
    return BedrockMistake(absl::StrCat("The ", kind, " block at ", path,
                                       " is not allowed in messages of role ", std::string(role), "."));
  const std::string at = absl::StrCat(path, ".", kind);
  if (kind == "toolUse") return CheckToolUse(*content, at);
  if (kind == "toolResult") return CheckToolResult(*content, at);
  return user ? CheckMedia(*content, kind, at) : CheckReasoning(*content, at);
}

BedrockVerdict CheckBedrockMessages(const json::object& request) {
  const json::array* messages = ArrayAt(request, "messages");
  if (messages == nullptr || messages->empty())
    return BedrockMistake(
        "A conversation must start with a user message. Try again with a conversation that "
        "starts with a user message.");
  for (std::size_t i = 0; i < messages->size(); ++i) {
    if (BedrockVerdict mistake = CheckMessage((*messages)[i], i)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
