#include "tests/bench/codec_request.h"

#include <string_view>
#include <utility>

namespace spillway::bench {
namespace {

google::protobuf::Value Text(std::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(std::string(text));
  return value;
}

// {"type": type}, with a description as schemas have them.
google::protobuf::Value Property(std::string_view type) {
  google::protobuf::Value value;
  auto& fields = *value.mutable_struct_value()->mutable_fields();
  fields["type"] = Text(type);
  fields["description"] = Text(Prose(60));
  return value;
}

void AddTool(int i, v1::ChatRequest& request) {
  v1::Tool& tool = *request.add_tools();
  tool.set_type("function");
  v1::FunctionDefinition& function = *tool.mutable_function();
  function.set_name(i == 0 ? "tide" : "tide_" + std::to_string(i));
  function.set_description(Prose(60));
  auto& schema = *function.mutable_parameters()->mutable_fields();
  schema["type"] = Text("object");
  auto& properties = *schema["properties"].mutable_struct_value()->mutable_fields();
  properties["harbour"] = Property("string");
  properties["day"] = Property("integer");
  *schema["required"].mutable_list_value()->add_values() = Text("harbour");
}

v1::Message& AddMessage(v1::Role role, std::string content, v1::ChatRequest& request) {
  v1::Message& message = *request.add_messages();
  message.set_role(role);
  if (!content.empty()) message.set_content(std::move(content));
  return message;
}

void AddToolTurn(v1::ChatRequest& request) {
  const std::string id = "call_tide_" + std::to_string(request.messages_size());
  AddMessage(v1::ROLE_USER, "When is high water?", request);
  v1::ToolCall& call = *AddMessage(v1::ROLE_ASSISTANT, "", request).add_tool_calls();
  call.set_id(id);
  call.set_type("function");
  call.mutable_function()->set_name("tide");
  call.mutable_function()->set_arguments(R"({"harbour":"Husum","day":3})");
  AddMessage(v1::ROLE_TOOL, R"({"high":"15:04","low":"21:12"})", request).set_tool_call_id(id);
  AddMessage(v1::ROLE_ASSISTANT, "At four minutes past three.", request);
}

}  // namespace

std::string Prose(std::size_t bytes) {
  constexpr std::string_view kSentences =
      "High water at Husum is at three in the afternoon, low water a little after nine. \"Springtide\", as "
      "the "
      "harbour master says, comes two days after the full moon.\nTake the path along the dike — it is dry "
      "whatever the wind does — and be back before the mudflats are cut off.\n";
  std::string text;
  text.reserve(bytes);
  while (text.size() + kSentences.size() <= bytes) text += kSentences;
  while (text.size() < bytes) text += kSentences[text.size() % 80];
  return text;
}

v1::ChatRequest Request(std::size_t bytes) {
  constexpr std::size_t kTurnBytes = 1000;
  constexpr std::size_t kBytesATool = 4000;
  v1::ChatRequest request;
  request.set_model("gpt-4o");
  request.set_temperature(0.7);
  request.set_max_tokens(512);
  AddMessage(v1::ROLE_SYSTEM, "Answer in one sentence, with times of day only.", request);
  for (std::size_t i = 0; i <= bytes / kBytesATool; ++i) AddTool(static_cast<int>(i), request);
  AddToolTurn(request);
  while (request.ByteSizeLong() + 2 * kTurnBytes < bytes) {
    AddMessage(v1::ROLE_USER, Prose(kTurnBytes / 2), request);
    AddMessage(v1::ROLE_ASSISTANT, Prose(kTurnBytes), request);
    AddToolTurn(request);
  }
  const std::size_t size = request.ByteSizeLong();
  AddMessage(v1::ROLE_USER, Prose(bytes > size ? bytes - size : 20), request);
  return request;
}

}  // namespace spillway::bench
