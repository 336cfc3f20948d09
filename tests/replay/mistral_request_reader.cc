#include "tests/replay/mistral_request_reader.h"

#include <boost/json.hpp>
#include <string>

#include "providers/openai_request_decoder.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// Parts that Mistral writes otherwise: an image as a bare URL, audio as bare base64.
void ReadPart(json::object& part) {
  json::value* image = part.if_contains("image_url");
  if (image != nullptr && image->is_string()) *image = json::object{{"url", *image}};
  json::value* audio = part.if_contains("input_audio");
  if (audio != nullptr && audio->is_string()) *audio = json::object{{"data", *audio}, {"format", ""}};
}

// Arguments may be an object, and not only the text of one.
void ReadCall(json::object& call) {
  json::value* function = call.if_contains("function");
  if (function == nullptr || !function->is_object()) return;
  json::value* arguments = function->get_object().if_contains("arguments");
  if (arguments != nullptr && arguments->is_object()) *arguments = json::serialize(*arguments);
}

void ReadMessage(json::object& message) {
  if (json::value* calls = message.if_contains("tool_calls"); calls != nullptr && calls->is_array()) {
    for (auto& call : calls->get_array()) {
      if (call.is_object()) ReadCall(call.get_object());
    }
  }
  message.erase("prefix");
  json::value* content = message.if_contains("content");
  if (content == nullptr || !content->is_array()) return;
  for (auto& part : content->get_array()) {
    if (part.is_object()) ReadPart(part.get_object());
  }
}

}  // namespace

absl::StatusOr<v1::ChatRequest> ReadMistralRequest(std::string_view body) {
  json::error_code error;
  json::value root = json::parse({body.data(), body.size()}, error);
  if (error || !root.is_object()) return absl::InvalidArgumentError("the body is no JSON object");
  json::object& object = root.get_object();
  if (const auto* seed = object.if_contains("random_seed")) {
    object["seed"] = json::value(*seed);
    object.erase("random_seed");
  }
  if (json::value* choice = object.if_contains("tool_choice"); choice != nullptr && *choice == "any") {
    *choice = "required";
  }
  if (json::value* messages = object.if_contains("messages"); messages != nullptr && messages->is_array()) {
    for (auto& message : messages->get_array()) {
      if (message.is_object()) ReadMessage(message.get_object());
    }
  }
  auto decoded = providers::DecodeOpenAiRequest(json::serialize(root));
  if (!decoded.ok()) return decoded.status();
  return std::move(decoded->request);
}

}  // namespace spillway::replay
