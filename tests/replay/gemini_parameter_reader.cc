#include "tests/replay/gemini_parameter_reader.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using google::protobuf::Struct;
using providers::SetMember;
using providers::View;

Struct& Scope(Struct& extra) { return providers::MutableScopedExtra(extra, v1::API_GEMINI); }

std::string TextIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_string() ? std::string(View(value->get_string())) : std::string();
}

const json::object* ObjectIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

bool ConfigMember(std::string_view name, const json::value& value, v1::ChatRequest& out) {
  if (name == "temperature") return out.set_temperature(value.to_number<double>()), true;
  if (name == "topP") return out.set_top_p(value.to_number<double>()), true;
  if (name == "presencePenalty") return out.set_presence_penalty(value.to_number<double>()), true;
  if (name == "frequencyPenalty") return out.set_frequency_penalty(value.to_number<double>()), true;
  if (name == "maxOutputTokens") return out.set_max_tokens(value.to_number<std::int64_t>()), true;
  if (name == "candidateCount") return out.set_n(value.to_number<std::int32_t>()), true;
  if (name == "seed") return out.set_seed(value.to_number<std::int64_t>()), true;
  if (name == "responseLogprobs") return out.set_logprobs(value.as_bool()), true;
  if (name == "logprobs") return out.set_top_logprobs(value.to_number<std::int32_t>()), true;
  if (name == "stopSequences") {
    for (const auto& text : value.as_array()) out.add_stop(std::string(View(text.as_string())));
    return true;
  }
  v1::ResponseFormat& format = *out.mutable_response_format();
  if (name == "responseMimeType" && value == "application/json") {
    if (format.type().empty()) format.set_type("json_object");
  } else if (name == "responseJsonSchema") {
    format.set_type("json_schema");
    providers::ReadStruct(value.as_object(), *format.mutable_json_schema()->mutable_schema());
  } else {
    if (format.type().empty()) out.clear_response_format();
    return false;
  }
  return true;
}

void Function(const json::object& function, v1::FunctionDefinition& out) {
  out.set_name(TextIn(function, "name"));
  out.set_description(TextIn(function, "description"));
  for (const auto& member : function) {
    const std::string_view name = View(member.key());
    if (name == "parametersJsonSchema") {
      providers::ReadStruct(member.value().as_object(), *out.mutable_parameters());
    } else if (name != "name" && name != "description") {
      SetMember(name, member.value(), Scope(*out.mutable_extra()));
    }
  }
}

// False when the tools are not one list of functions.
bool Functions(const json::value& tools, v1::ChatRequest& out) {
  const json::array* list = tools.if_array();
  if (list == nullptr || list->size() != 1 || list->front().as_object().size() != 1) return false;
  const json::value* functions = providers::Member(list->front(), "functionDeclarations");
  if (functions == nullptr) return false;
  for (const auto& function : functions->as_array())
    Function(function.as_object(), *out.add_tools()->mutable_function());
  return true;
}

// False when it is more than ToolChoice can say.
bool Choice(const json::object& config, v1::ChatRequest& out) {
  const json::object* calling = ObjectIn(config, "functionCallingConfig");
  if (calling == nullptr || config.size() != 1 || out.tools().empty()) return false;
  const std::string mode = TextIn(*calling, "mode");
  const json::value* names = calling->if_contains("allowedFunctionNames");
  if (names != nullptr) {
    if (mode != "ANY" || names->as_array().size() != 1) return false;
    out.mutable_tool_choice()->set_function(std::string(View(names->at(0).as_string())));
    return true;
  }
  if (mode != "NONE" && mode != "AUTO" && mode != "ANY") return false;
  out.mutable_tool_choice()->set_mode(mode == "NONE" ? "none" : mode == "AUTO" ? "auto" : "required");
  return true;
}

}  // namespace

void ReadGeminiConfig(const json::object& config, v1::ChatRequest& out) {
  for (const auto& member : config) {
    const std::string_view name = View(member.key());
    const json::value& value = member.value();
    if (!value.is_null() && !ConfigMember(name, value, out)) {
      Struct& scope = Scope(*out.mutable_extra());
      SetMember(name, value, *(*scope.mutable_fields())["generationConfig"].mutable_struct_value());
    }
  }
}

void ReadGeminiTools(const json::object& body, v1::ChatRequest& out) {
  const json::value* tools = body.if_contains("tools");
  if (tools != nullptr && !Functions(*tools, out)) SetMember("tools", *tools, Scope(*out.mutable_extra()));
  const json::object* config = ObjectIn(body, "toolConfig");
  if (config != nullptr && !Choice(*config, out))
    SetMember("toolConfig", *config, Scope(*out.mutable_extra()));
}

}  // namespace spillway::replay
