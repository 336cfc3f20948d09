// The way in: from Google's form to OpenAI's.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "tests/sim/gemini_answer.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// One part may stand for a list of them.
json::array PartsOf(const json::object& content) {
  const json::value& parts = content.at("parts");
  json::array list;
  if (!parts.is_array()) list.push_back(parts);
  return parts.is_array() ? parts.get_array() : list;
}

void AppendContent(const json::object& content, json::array& messages) {
  std::string text;
  json::array calls;
  bool more = false;
  for (const json::value& value : PartsOf(content)) {
    const json::object& part = value.get_object();
    if (const json::object* response = ObjectAt(part, "functionResponse")) {
      messages.push_back(json::object{{"role", "tool"},
                                      {"tool_call_id", TextAt(*response, "name")},
                                      {"content", json::serialize(response->at("response"))}});
      continue;
    }
    more = true;
    if (const json::object* call = ObjectAt(part, "functionCall")) {
      const json::value* args = Present(*call, "args");
      json::object function{{"name", call->at("name")},
                            {"arguments", args == nullptr ? "{}" : json::serialize(*args)}};
      calls.push_back(json::object{{"type", "function"}, {"function", std::move(function)}});
    }
    const json::value* thought = Present(part, "thought");
    if (thought == nullptr || *thought != true) text += TextAt(part, "text");
  }
  if (!more) return;
  const bool model = TextAt(content, "role") == "model";
  json::object message{{"role", model ? "assistant" : "user"}, {"content", text}};
  if (!calls.empty()) message["tool_calls"] = std::move(calls);
  messages.push_back(std::move(message));
}

// OpenAPI shouts its types; a JSON schema does not.
json::value LowerCaseTypes(const json::value& schema) {
  if (const json::array* list = schema.if_array()) {
    json::array out;
    for (const json::value& item : *list) out.push_back(LowerCaseTypes(item));
    return out;
  }
  const json::object* object = schema.if_object();
  if (object == nullptr) return schema;
  json::object out;
  for (const auto& member : *object) {
    const bool type = member.key() == "type" && member.value().is_string();
    out[member.key()] = type ? json::value(absl::AsciiStrToLower(std::string(member.value().get_string())))
                             : LowerCaseTypes(member.value());
  }
  return out;
}

// The schema of either name; null if there is none.
json::value SchemaOf(const json::object& object, const char* open_api, const char* json_schema) {
  if (const json::value* schema = Present(object, json_schema)) return *schema;
  const json::value* schema = Present(object, open_api);
  return schema == nullptr ? json::value() : LowerCaseTypes(*schema);
}

void AddTools(const json::object& request, json::object& chat) {
  const json::object* config = ObjectAt(request, "toolConfig");
  const json::object* calling = config == nullptr ? nullptr : ObjectAt(*config, "functionCallingConfig");
  const std::vector<std::string> allowed =
      calling == nullptr ? std::vector<std::string>() : TextsAt(*calling, "allowedFunctionNames");
  json::array functions;
  const json::array* tools = ArrayAt(request, "tools");
  for (const json::value& tool : tools == nullptr ? json::array() : *tools) {
    const json::array* declarations = ArrayAt(tool.get_object(), "functionDeclarations");
    for (const json::value& value : declarations == nullptr ? json::array() : *declarations) {
      const json::object& declaration = value.get_object();
      const std::string name = TextAt(declaration, "name");
      if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), name) == allowed.end()) continue;
      json::object function{{"name", name}};
      const json::value schema = SchemaOf(declaration, "parameters", "parametersJsonSchema");
      function["parameters"] = schema.is_null() ? json::value(json::object{{"type", "object"}}) : schema;
      functions.push_back(json::object{{"type", "function"}, {"function", std::move(function)}});
    }
  }
  if (functions.empty()) return;
  chat["tools"] = std::move(functions);
  const std::string mode = calling == nullptr ? "" : TextAt(*calling, "mode");
  if (mode == "ANY") chat["tool_choice"] = "required";
  if (mode == "NONE") chat["tool_choice"] = "none";
}

void AddConfig(const json::object& config, json::object& chat) {
  if (const json::value* limit = Present(config, "maxOutputTokens")) chat["max_tokens"] = *limit;
  if (const json::value* count = Present(config, "candidateCount")) chat["n"] = *count;
  if (TextAt(config, "responseMimeType") != "application/json") return;
  json::value schema = SchemaOf(config, "responseSchema", "responseJsonSchema");
  if (schema.is_null()) {
    chat["response_format"] = json::object{{"type", "json_object"}};
    return;
  }
  json::object named{{"name", "answer"}, {"schema", std::move(schema)}};
  chat["response_format"] = json::object{{"type", "json_schema"}, {"json_schema", std::move(named)}};
}

}  // namespace

json::object OpenAiFormOfGemini(const json::object& request, const std::string& model) {
  json::array messages;
  if (const json::object* system = ObjectAt(request, "systemInstruction")) {
    AppendContent(*system, messages);
    messages.back().as_object()["role"] = "system";
  }
  for (const json::value& content : request.at("contents").get_array())
    AppendContent(content.get_object(), messages);
  json::object chat{{"model", model}, {"messages", std::move(messages)}};
  AddTools(request, chat);
  if (const json::object* config = ObjectAt(request, "generationConfig")) AddConfig(*config, chat);
  return chat;
}

}  // namespace spillway::sim
