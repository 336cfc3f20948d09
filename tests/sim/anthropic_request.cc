// The way in: from Anthropic's form to OpenAI's.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "tests/sim/anthropic_answer.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// The text of content, which is a string or blocks.
std::string TextOf(const json::value* content) {
  if (content == nullptr) return "";
  if (content->is_string()) return std::string(View(content->get_string()));
  std::string text;
  for (const json::value& block : content->as_array()) text += TextAt(block.get_object(), "text");
  return text;
}

json::object CallOf(const json::object& block) {
  return {{"id", TextAt(block, "id")},
          {"type", "function"},
          {"function", {{"name", TextAt(block, "name")}, {"arguments", json::serialize(block.at("input"))}}}};
}

void AppendMessage(const json::object& message, json::array& messages) {
  const std::string role = TextAt(message, "role");
  const json::value* content = Present(message, "content");
  json::array calls;
  bool more = content->is_string();
  for (const json::value& value : content->is_array() ? content->get_array() : json::array()) {
    const json::object& block = value.get_object();
    const std::string type = TextAt(block, "type");
    if (type == "tool_use") calls.push_back(CallOf(block));
    if (type == "tool_result") {
      messages.push_back({{"role", "tool"},
                          {"tool_call_id", TextAt(block, "tool_use_id")},
                          {"content", TextOf(Present(block, "content"))}});
    } else {
      more = true;
    }
  }
  if (!more) return;
  json::object plain{{"role", role}, {"content", TextOf(content)}};
  if (!calls.empty()) plain["tool_calls"] = std::move(calls);
  messages.push_back(std::move(plain));
}

void AddTools(const json::object& request, json::object& chat) {
  const json::array* tools = ArrayAt(request, "tools");
  if (tools == nullptr || tools->empty()) return;
  json::array functions;
  for (const json::value& tool : *tools) {
    functions.push_back({{"type", "function"},
                         {"function", {{"name", tool.at("name")}, {"parameters", tool.at("input_schema")}}}});
  }
  chat["tools"] = std::move(functions);
  const json::object* choice = ObjectAt(request, "tool_choice");
  if (choice == nullptr) return;
  const std::string type = TextAt(*choice, "type");
  if (type == "tool") {
    chat["tool_choice"] = {{"type", "function"}, {"function", {{"name", choice->at("name")}}}};
  } else {
    chat["tool_choice"] = type == "any" ? "required" : type;
  }
  const json::value* single = Present(*choice, "disable_parallel_tool_use");
  if (single != nullptr) chat["parallel_tool_calls"] = *single != true;
}

}  // namespace

json::object OpenAiFormOfAnthropic(const json::object& request) {
  json::array messages;
  if (const json::value* system = Present(request, "system"))
    messages.push_back({{"role", "system"}, {"content", TextOf(system)}});
  for (const json::value& message : request.at("messages").get_array())
    AppendMessage(message.get_object(), messages);
  json::object chat{{"model", request.at("model")},
                    {"messages", std::move(messages)},
                    {"max_tokens", request.at("max_tokens")}};
  AddTools(request, chat);
  const json::object* output = ObjectAt(request, "output_config");
  const json::object* format = output == nullptr ? nullptr : ObjectAt(*output, "format");
  if (format != nullptr)
    chat["response_format"] = {{"type", "json_schema"},
                               {"json_schema", {{"name", "answer"}, {"schema", format->at("schema")}}}};
  return chat;
}

}  // namespace spillway::sim
