// The way in: from Bedrock's form to OpenAI's.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "tests/sim/bedrock_answer.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// Texts joined, of a message or a result; JSON counts as text.
std::string TextOf(const json::array& blocks) {
  std::string text;
  for (const json::value& block : blocks) {
    text += TextAt(block.get_object(), "text");
    if (const json::object* value = ObjectAt(block.get_object(), "json")) text += json::serialize(*value);
  }
  return text;
}

void AppendMessage(const json::object& message, json::array& messages) {
  const json::array& blocks = message.at("content").get_array();
  json::array calls;
  bool more = false;
  for (const json::value& block : blocks) {
    if (const json::object* use = ObjectAt(block.get_object(), "toolUse")) {
      calls.push_back(
          {{"id", use->at("toolUseId")},
           {"type", "function"},
           {"function", {{"name", use->at("name")}, {"arguments", json::serialize(use->at("input"))}}}});
    }
    if (const json::object* result = ObjectAt(block.get_object(), "toolResult")) {
      messages.push_back({{"role", "tool"},
                          {"tool_call_id", result->at("toolUseId")},
                          {"content", TextOf(result->at("content").get_array())}});
    } else {
      more = true;
    }
  }
  if (!more) return;
  json::object plain{{"role", message.at("role")}, {"content", TextOf(blocks)}};
  if (!calls.empty()) plain["tool_calls"] = std::move(calls);
  messages.push_back(std::move(plain));
}

void AddTools(const json::object& request, json::object& chat) {
  const json::object* config = ObjectAt(request, "toolConfig");
  if (config == nullptr) return;
  json::array functions;
  for (const json::value& tool : config->at("tools").get_array()) {
    const json::object* spec = ObjectAt(tool.get_object(), "toolSpec");
    if (spec == nullptr) continue;
    functions.push_back(
        {{"type", "function"},
         {"function", {{"name", spec->at("name")}, {"parameters", spec->at("inputSchema").at("json")}}}});
  }
  if (functions.empty()) return;
  chat["tools"] = std::move(functions);
  const json::object* choice = ObjectAt(*config, "toolChoice");
  if (choice == nullptr) return;
  if (const json::object* tool = ObjectAt(*choice, "tool")) {
    chat["tool_choice"] = {{"type", "function"}, {"function", {{"name", tool->at("name")}}}};
  } else {
    chat["tool_choice"] = choice->contains("any") ? "required" : "auto";
  }
}

void AddFormat(const json::object& request, json::object& chat) {
  const json::object* output = ObjectAt(request, "outputConfig");
  if (output == nullptr) return;
  const json::object& schema = output->at("textFormat").at("structure").at("jsonSchema").as_object();
  chat["response_format"] = {
      {"type", "json_schema"},
      {"json_schema", {{"name", "answer"}, {"schema", json::parse(JsonView(TextAt(schema, "schema")))}}}};
}

}  // namespace

json::object OpenAiFormOfBedrock(const json::object& request, const std::string& model) {
  json::array messages;
  if (const json::array* system = ArrayAt(request, "system"); system != nullptr && !system->empty())
    messages.push_back({{"role", "system"}, {"content", TextOf(*system)}});
  for (const json::value& message : request.at("messages").get_array())
    AppendMessage(message.get_object(), messages);
  json::object chat{{"model", model}, {"messages", std::move(messages)}};
  const json::object* inference = ObjectAt(request, "inferenceConfig");
  const json::value* limit = inference == nullptr ? nullptr : Present(*inference, "maxTokens");
  if (limit != nullptr) chat["max_tokens"] = *limit;
  AddTools(request, chat);
  AddFormat(request, chat);
  return chat;
}

}  // namespace spillway::sim
