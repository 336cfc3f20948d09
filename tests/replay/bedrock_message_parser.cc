#include "tests/replay/bedrock_message_parser.h"

#include <string_view>

#include "providers/api_name.h"
#include "providers/bedrock_media.h"
#include "providers/data_url.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using providers::AsText;
using providers::Member;
using providers::View;

std::string TextAt(const json::value& value, std::string_view name) {
  const json::value* member = Member(value, name);
  return member == nullptr ? std::string() : std::string(AsText(*member).value_or(""));
}

google::protobuf::Struct& Scope(google::protobuf::Struct& extra) {
  return providers::MutableScopedExtra(extra, v1::API_BEDROCK);
}

// The S3 URL of a source that is that and nothing else; empty for any other.
std::string S3Url(const json::value& source, std::string_view format) {
  const json::value* location = Member(source, "s3Location");
  if (location == nullptr || location->as_object().size() != 1) return {};
  const std::string uri = TextAt(*location, "uri");
  const std::string extension = uri.substr(uri.rfind('.') + 1);
  return extension == format || (extension == "jpg" && format == "jpeg") ? uri : std::string();
}

bool ParseImage(const json::value& image, v1::ContentPart& part) {
  const std::string format = TextAt(image, "format");
  const json::value* source = Member(image, "source");
  if (source == nullptr || image.as_object().size() != 2) return false;
  const std::string bytes = TextAt(*source, "bytes");
  const std::string url =
      bytes.empty() ? S3Url(*source, format) : providers::MakeDataUrl("image/" + format, bytes);
  if (!url.empty()) part.mutable_image_url()->set_url(url);
  return !url.empty();
}

bool ParseDocument(const json::value& document, v1::ContentPart& part) {
  const std::string format = TextAt(document, "format");
  const std::string name = TextAt(document, "name");
  const json::value* source = Member(document, "source");
  const std::string filename = name + "." + format;
  if (source == nullptr || document.as_object().size() != 3) return false;
  if (providers::BedrockDocumentNames().Next(filename) != name) return false;
  const std::string bytes = TextAt(*source, "bytes");
  const std::string uri = S3Url(*source, format);
  if (bytes.empty() && uri.empty()) return false;
  part.mutable_file()->set_filename(filename);
  if (bytes.empty()) {
    part.mutable_file()->set_file_id(uri);
  } else {
    part.mutable_file()->set_file_data(bytes);
  }
  return true;
}

void ParsePart(const json::value& block, v1::ContentPart& part) {
  if (const json::value* text = Member(block, "text")) {
    part.set_text(std::string(AsText(*text).value_or("")));
    return;
  }
  const json::value* object = Member(block, "json");
  if (object != nullptr && object->is_object()) return part.set_text(json::serialize(*object));
  if (const json::value* image = Member(block, "image")) {
    if (ParseImage(*image, part)) return;
  }
  if (const json::value* document = Member(block, "document")) {
    if (ParseDocument(*document, part)) return;
  }
  part.mutable_other();
  providers::ReadStruct(block.as_object(), Scope(*part.mutable_extra()));
}

// One native message, as the several messages that say the same in OpenAI's dialect.
class MessageParser {
 public:
  MessageParser(v1::Role role, v1::ChatRequest& out, std::string& problem)
      : role_(role), out_(out), problem_(problem) {}

  bool Parse(const json::value& block) {
    if (!block.is_object() || block.as_object().size() != 1) return Fail("a block of several kinds");
    if (const json::value* point = Member(block, "cachePoint")) return CachePoint(*point);
    if (const json::value* result = Member(block, "toolResult")) return ToolResult(*result);
    if (const json::value* use = Member(block, "toolUse")) return ToolUse(*use);
    if (const json::value* reasoning = Member(block, "reasoningContent")) return Reasoning(*reasoning);
    v1::Message& message = Current(role_, current_ != nullptr && current_->tool_calls_size() > 0);
    v1::ContentPart& part = *message.add_parts();
    ParsePart(block, part);
    last_extra_ = part.mutable_extra();
    return true;
  }

 private:
  bool Fail(const std::string& problem) {
    problem_ = problem;
    return false;
  }

  v1::Message& Current(v1::Role role, bool anew) {
    if (anew || current_ == nullptr || current_->role() != role) {
      current_ = out_.add_messages();
      current_->set_role(role);
    }
    return *current_;
  }

  bool CachePoint(const json::value& point) {
    if (last_extra_ == nullptr) return Fail("a cachePoint with nothing before it");
    MarkCachePoint(point, *last_extra_);
    return true;
  }

  bool ToolResult(const json::value& result) {
    v1::Message& message = Current(v1::ROLE_TOOL, true);
    for (const auto& member : result.as_object()) {
      const std::string_view name = View(member.key());
      if (name == "toolUseId") {
        message.set_tool_call_id(std::string(AsText(member.value()).value_or("")));
      } else if (name == "content") {
        for (const auto& block : member.value().as_array()) ParsePart(block, *message.add_parts());
      } else {
        providers::SetMember(name, member.value(), Scope(*message.mutable_extra()));
      }
    }
    last_extra_ = message.mutable_extra();
    return true;
  }

  bool ToolUse(const json::value& use) {
    const json::value* input = Member(use, "input");
    if (input == nullptr || use.as_object().size() != 3) return Fail("a toolUse with more to it");
    v1::ToolCall& call = *Current(role_, false).add_tool_calls();
    call.set_id(TextAt(use, "toolUseId"));
    call.mutable_function()->set_name(TextAt(use, "name"));
    call.mutable_function()->set_arguments(json::serialize(*input));
    last_extra_ = call.mutable_extra();
    return true;
  }

  bool Reasoning(const json::value& reasoning) {
    const bool said = current_ != nullptr && (current_->parts_size() > 0 || current_->tool_calls_size() > 0);
    v1::Message& message = Current(role_, said);
    last_extra_ = nullptr;
    if (const std::string data = TextAt(reasoning, "redactedContent"); !data.empty()) {
      providers::AddThinkingBlock({.redacted = data}, message);
      return true;
    }
    const json::value* text = Member(reasoning, "reasoningText");
    if (text == nullptr) return Fail("reasoningContent of another kind");
    const std::string thought = TextAt(*text, "text");
    const std::string signature = TextAt(*text, "signature");
    message.set_reasoning_content(message.reasoning_content() + thought);
    if (!signature.empty()) providers::AddThinkingBlock({.text = thought, .signature = signature}, message);
    return true;
  }

  const v1::Role role_;
  v1::ChatRequest& out_;
  std::string& problem_;
  v1::Message* current_ = nullptr;
  // Of what a cachePoint would mark.
  google::protobuf::Struct* last_extra_ = nullptr;
};

bool ParseContent(const json::value& content, v1::Role role, v1::ChatRequest& out, std::string& problem) {
  MessageParser parser(role, out, problem);
  for (const auto& block : content.as_array()) {
    if (!parser.Parse(block)) return false;
  }
  return true;
}

}  // namespace

void MarkCachePoint(const json::value& cache_point, google::protobuf::Struct& extra) {
  auto& mark = *(*extra.mutable_fields())["cache_control"].mutable_struct_value();
  providers::SetMember("type", json::value("ephemeral"), mark);
  if (const json::value* ttl = Member(cache_point, "ttl")) providers::SetMember("ttl", *ttl, mark);
}

bool ParseBedrockSystem(const json::value& system, v1::ChatRequest& out, std::string& problem) {
  return ParseContent(system, v1::ROLE_SYSTEM, out, problem);
}

bool ParseBedrockMessages(const json::value& messages, v1::ChatRequest& out, std::string& problem) {
  for (const auto& message : messages.as_array()) {
    const std::string role = TextAt(message, "role");
    const v1::Role read = role == "assistant" ? v1::ROLE_ASSISTANT : v1::ROLE_USER;
    if (role != "user" && role != "assistant") return problem = "a role that is none", false;
    if (!ParseContent(*Member(message, "content"), read, out, problem)) return false;
  }
  return true;
}

}  // namespace spillway::replay
