#include "tests/replay/anthropic_request_reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
#include <string>

#include "absl/strings/escaping.h"
#include "providers/api_name.h"
#include "providers/data_url.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "providers/thinking_blocks.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using google::protobuf::Struct;
using providers::View;

absl::Status NoRequest(std::string_view what) {
  return absl::InvalidArgumentError(absl::string_view(what.data(), what.size()));
}

absl::Status Beyond(const std::string& what) { return absl::UnimplementedError(what); }

std::string TextIn(const json::value& value, const char* name) {
  const json::value* member = providers::Member(value, name);
  return member != nullptr && member->is_string() ? std::string(View(member->get_string())) : std::string();
}

// What `object` holds beside `known` goes to `extra`, a cache mark as callers of any API write it.
template <typename Message>
void KeepRest(const json::object& object, std::initializer_list<std::string_view> known, Message& out) {
  for (const auto& member : object) {
    const std::string_view name = View(member.key());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    Struct& extra = *out.mutable_extra();
    Struct& scope = name == "cache_control" ? extra : providers::MutableScopedExtra(extra, v1::API_ANTHROPIC);
    providers::SetMember(name, member.value(), scope);
  }
}

absl::Status ReadImage(const json::object& block, v1::ContentPart& out) {
  const json::value* source = block.if_contains("source");
  if (source == nullptr) return NoRequest("an image without a source");
  const std::string type = TextIn(*source, "type");
  if (type == "file") return Beyond("an image by id");
  out.mutable_image_url()->set_url(
      type == "url" ? TextIn(*source, "url")
                    : providers::MakeDataUrl(TextIn(*source, "media_type"), TextIn(*source, "data")));
  KeepRest(block, {"type", "source"}, out);
  return absl::OkStatus();
}

absl::Status ReadDocument(const json::object& block, v1::ContentPart& out) {
  const json::value* source = block.if_contains("source");
  if (source == nullptr) return NoRequest("a document without a source");
  const std::string type = TextIn(*source, "type");
  v1::File& file = *out.mutable_file();
  file.set_filename(TextIn(block, "title"));
  if (type == "file") {
    file.set_file_id(TextIn(*source, "file_id"));
  } else if (type == "base64") {
    file.set_file_data(providers::MakeDataUrl(TextIn(*source, "media_type"), TextIn(*source, "data")));
  } else if (type == "text") {
    const std::string data = absl::Base64Escape(TextIn(*source, "data"));
    file.set_file_data(providers::MakeDataUrl(TextIn(*source, "media_type"), data));
  } else {
    return Beyond("a document by " + type);
  }
  KeepRest(block, {"type", "source", "title"}, out);
  return absl::OkStatus();
}

absl::Status ReadPart(const json::object& block, v1::ContentPart& out) {
  const std::string type = TextIn(block, "type");
  if (type == "image") return ReadImage(block, out);
  if (type == "document") return ReadDocument(block, out);
  if (type != "text") return Beyond("a block of type " + type);
  out.set_text(TextIn(block, "text"));
  KeepRest(block, {"type", "text"}, out);
  return absl::OkStatus();
}

// A text, or a list of blocks.
absl::Status ReadContent(const json::value& content, v1::Message& out) {
  if (content.is_string()) {
    out.set_content(std::string(View(content.get_string())));
    return absl::OkStatus();
  }
  if (!content.is_array()) return NoRequest("content that is neither text nor a list");
  for (const auto& block : content.get_array()) {
    if (!block.is_object()) return NoRequest("a block that is no object");
    if (auto read = ReadPart(block.get_object(), *out.add_parts()); !read.ok()) return read;
  }
  return absl::OkStatus();
}

absl::Status ReadResult(const json::object& block, v1::ChatRequest& out) {
  v1::Message& result = *out.add_messages();
  result.set_role(v1::ROLE_TOOL);
  result.set_tool_call_id(TextIn(block, "tool_use_id"));
  KeepRest(block, {"type", "tool_use_id", "content"}, result);
  const json::value* content = block.if_contains("content");
  return content == nullptr ? absl::OkStatus() : ReadContent(*content, result);
}

// Results of tools are messages of their own.
absl::Status ReadUserTurn(const json::array& blocks, v1::ChatRequest& out) {
  v1::Message spoken;
  spoken.set_role(v1::ROLE_USER);
  for (const auto& block : blocks) {
    if (!block.is_object()) return NoRequest("a block that is no object");
    const bool result = TextIn(block, "type") == "tool_result";
    auto read =
        result ? ReadResult(block.get_object(), out) : ReadPart(block.get_object(), *spoken.add_parts());
    if (!read.ok()) return read;
  }
  if (spoken.parts_size() > 0) *out.add_messages() = spoken;
  return absl::OkStatus();
}

absl::Status ReadAssistantBlock(const json::object& block, v1::Message& out) {
  const std::string type = TextIn(block, "type");
  if (type == "tool_use") {
    v1::ToolCall& call = *out.add_tool_calls();
    call.set_id(TextIn(block, "id"));
    call.mutable_function()->set_name(TextIn(block, "name"));
    const json::value* input = block.if_contains("input");
    call.mutable_function()->set_arguments(input == nullptr ? "" : json::serialize(*input));
    KeepRest(block, {"type", "id", "name", "input"}, call);
    return absl::OkStatus();
  }
  if (type == "thinking" || type == "redacted_thinking") {
    const std::string text = TextIn(block, "thinking");
    const std::string signature = TextIn(block, "signature");
    const std::string data = TextIn(block, "data");
    if (signature.empty() && data.empty()) return Beyond("unsigned thinking");
    providers::AddThinkingBlock({text, signature, data}, out);
    return absl::OkStatus();
  }
  if (out.tool_calls_size() > 0) return Beyond("words after a call");
  return ReadPart(block, *out.add_parts());
}

absl::Status ReadMessage(const json::value& message, v1::ChatRequest& out) {
  const std::string role = TextIn(message, "role");
  const json::value* content = providers::Member(message, "content");
  if (content == nullptr || (role != "user" && role != "assistant"))
    return NoRequest("a message that is none");
  if (role == "user" && content->is_array()) return ReadUserTurn(content->get_array(), out);
  v1::Message& read = *out.add_messages();
  read.set_role(role == "user" ? v1::ROLE_USER : v1::ROLE_ASSISTANT);
  if (!content->is_array()) return ReadContent(*content, read);
  for (const auto& block : content->get_array()) {
    if (!block.is_object()) return NoRequest("a block that is no object");
    if (auto status = ReadAssistantBlock(block.get_object(), read); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ReadMessages(const json::object& body, v1::ChatRequest& out) {
  if (const json::value* system = body.if_contains("system")) {
    v1::Message& read = *out.add_messages();
    read.set_role(v1::ROLE_SYSTEM);
    if (auto status = ReadContent(*system, read); !status.ok()) return status;
  }
  const json::value* messages = body.if_contains("messages");
  if (messages == nullptr || !messages->is_array()) return NoRequest("no list of messages");
  for (const auto& message : messages->get_array()) {
    if (auto status = ReadMessage(message, out); !status.ok()) return status;
  }
  return absl::OkStatus();
}

bool IsFunction(const json::value& tool) {
  const std::string type = TextIn(tool, "type");
  return tool.is_object() && (type.empty() || type == "custom");
}

void ReadTool(const json::object& tool, v1::Tool& out) {
  v1::FunctionDefinition& function = *out.mutable_function();
  function.set_name(TextIn(tool, "name"));
  function.set_description(TextIn(tool, "description"));
  if (const json::value* schema = tool.if_contains("input_schema");
      schema != nullptr && schema->is_object()) {
    providers::ReadStruct(schema->get_object(), *function.mutable_parameters());
  }
  if (const json::value* strict = tool.if_contains("strict"); strict != nullptr && strict->is_bool()) {
    function.set_strict(strict->get_bool());
  }
  KeepRest(tool, {"type", "name", "description", "input_schema", "strict"}, out);
}

// False: not all of them are functions, and so they are kept as they are.
bool ReadTools(const json::value& tools, v1::ChatRequest& out) {
  const json::array* list = tools.if_array();
  if (list == nullptr || !std::all_of(list->begin(), list->end(), IsFunction)) return false;
  for (const auto& tool : *list) ReadTool(tool.get_object(), *out.add_tools());
  return true;
}

bool ReadToolChoice(const json::value& choice, v1::ChatRequest& out) {
  const std::string type = TextIn(choice, "type");
  v1::ToolChoice read;
  if (type == "tool") {
    read.set_function(TextIn(choice, "name"));
  } else if (type == "any") {
    read.set_mode("required");
  } else if (type == "auto" || type == "none") {
    read.set_mode(type);
  } else {
    return false;
  }
  *out.mutable_tool_choice() = read;
  const json::value* single = providers::Member(choice, "disable_parallel_tool_use");
  if (single != nullptr && *single == json::value(true)) out.set_parallel_tool_calls(false);
  return true;
}

// False: there is more to it than a schema.
bool ReadOutputConfig(const json::value& config, v1::ChatRequest& out) {
  const json::value* format = providers::Member(config, "format");
  const json::value* schema = format == nullptr ? nullptr : providers::Member(*format, "schema");
  if (config.get_object().size() != 1 || schema == nullptr || !schema->is_object()) return false;
  out.mutable_response_format()->set_type("json_schema");
  providers::ReadStruct(schema->get_object(),
                        *out.mutable_response_format()->mutable_json_schema()->mutable_schema());
  return true;
}

bool ReadMetadata(const json::value& metadata, v1::ChatRequest& out) {
  out.set_user(TextIn(metadata, "user_id"));
  return metadata.get_object().size() == 1 && !out.user().empty();
}

// False: no such field, or not of its type.
bool ReadParameter(std::string_view name, const json::value& value, v1::ChatRequest& out) {
  if (name == "model" && value.is_string()) {
    out.set_model(std::string(View(value.get_string())));
  } else if (name == "max_tokens" && value.is_int64()) {
    out.set_max_tokens(value.get_int64());
  } else if (name == "temperature" && value.is_number()) {
    out.set_temperature(*providers::AsDouble(value));
  } else if (name == "top_p" && value.is_number()) {
    out.set_top_p(*providers::AsDouble(value));
  } else if (name == "stop_sequences" && value.is_array()) {
    for (const auto& stop : value.get_array()) out.add_stop(std::string(View(stop.as_string())));
  } else if (name == "tools") {
    return ReadTools(value, out);
  } else if (name == "tool_choice" && value.is_object()) {
    return ReadToolChoice(value, out);
  } else if (name == "output_config" && value.is_object()) {
    return ReadOutputConfig(value, out);
  } else if (name == "metadata" && value.is_object()) {
    return ReadMetadata(value, out);
  } else {
    return name == "messages" || name == "system" || name == "stream";
  }
  return true;
}

}  // namespace

absl::StatusOr<v1::ChatRequest> ReadAnthropicRequest(std::string_view body) {
  const providers::JsonDocument document(body);
  const json::object* object = document.root().if_object();
  if (object == nullptr) return NoRequest("no JSON object");
  v1::ChatRequest out;
  for (const auto& member : *object) {
    if (member.value().is_null()) continue;
    const std::string_view name = View(member.key());
    if (ReadParameter(name, member.value(), out)) continue;
    providers::SetMember(name, member.value(),
                         providers::MutableScopedExtra(*out.mutable_extra(), v1::API_ANTHROPIC));
  }
  if (auto status = ReadMessages(*object, out); !status.ok()) return status;
  return out;
}

}  // namespace spillway::replay
