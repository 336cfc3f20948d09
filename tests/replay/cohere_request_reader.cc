#include "tests/replay/cohere_request_reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "providers/openai_request_decoder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

void Rename(json::object& object, std::string_view from, std::string_view to) {
  const json::string_view name(from.data(), from.size());
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return;
  json::value moved(*value);
  object.erase(name);
  object[json::string_view(to.data(), to.size())] = std::move(moved);
}

// Moves a member to where the codec looks for Cohere's own.
void Scope(json::object& object, json::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return;
  json::value moved(*value);
  object.erase(name);
  if (object.if_contains("cohere") == nullptr) object["cohere"] = json::object();
  object["cohere"].get_object()[name] = std::move(moved);
}

bool HoldsDocuments(const json::value* content) {
  if (content == nullptr || !content->is_array()) return false;
  return std::any_of(content->get_array().begin(), content->get_array().end(), [](const json::value& part) {
    return part.is_object() && part.get_object().if_contains("document") != nullptr;
  });
}

void ReadMessage(json::object& message) {
  Scope(message, "citations");
  if (message.if_contains("tool_plan") != nullptr) {
    message.erase("content");
    Rename(message, "tool_plan", "content");
  }
  if (HoldsDocuments(message.if_contains("content"))) {
    Scope(message, "content");
    message["content"] = "";
  }
}

void ReadFormat(json::value& format) {
  json::object* object = format.if_object();
  if (object == nullptr) return;
  Rename(*object, "schema", "json_schema");
  json::value* schema = object->if_contains("json_schema");
  if (schema == nullptr) return;
  *schema = json::object{{"name", "response"}, {"schema", *schema}};
  (*object)["type"] = "json_schema";
}

void ReadTools(json::object& body) {
  json::value* tools = body.if_contains("tools");
  const json::value* strict = body.if_contains("strict_tools");
  const bool all_strict = strict != nullptr && *strict == true;
  if (all_strict && tools != nullptr && tools->is_array()) {
    for (auto& tool : tools->get_array()) tool.at("function").as_object()["strict"] = true;
    body.erase("strict_tools");
  }
  if (json::value* choice = body.if_contains("tool_choice"); choice != nullptr && choice->is_string()) {
    *choice = absl::AsciiStrToLower(choice->get_string().c_str());
  }
}

// What is no field of ChatRequest is Cohere's own.
void ScopeTheRest(json::object& body) {
  std::vector<std::string> own;
  for (const auto& member : body) {
    const std::string name(member.key());
    const bool field = v1::ChatRequest::descriptor()->FindFieldByName(name) != nullptr;
    if (!field && name != "stream" && name != "cohere") own.push_back(name);
  }
  for (const std::string& name : own) Scope(body, name);
}

}  // namespace

absl::StatusOr<v1::ChatRequest> ReadCohereRequest(std::string_view body) {
  json::error_code error;
  json::value root = json::parse({body.data(), body.size()}, error);
  if (error || !root.is_object()) return absl::InvalidArgumentError("the body is no JSON object");
  json::object& object = root.get_object();
  Rename(object, "stop_sequences", "stop");
  Rename(object, "p", "top_p");
  if (json::value* format = object.if_contains("response_format")) ReadFormat(*format);
  ReadTools(object);
  if (json::value* messages = object.if_contains("messages"); messages != nullptr && messages->is_array()) {
    for (auto& message : messages->get_array()) {
      if (message.is_object()) ReadMessage(message.get_object());
    }
  }
  ScopeTheRest(object);
  auto decoded = providers::DecodeOpenAiRequest(json::serialize(root));
  if (!decoded.ok()) return decoded.status();
  return std::move(decoded->request);
}

}  // namespace spillway::replay
