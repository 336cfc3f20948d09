#include "tests/replay/bedrock_request_reader.h"

#include <boost/json.hpp>
#include <exception>
#include <string>

#include "providers/api_name.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"
#include "tests/replay/bedrock_message_parser.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using providers::AsDouble;
using providers::AsText;
using providers::AsWhole;
using providers::Member;
using providers::View;

std::string TextAt(const json::value& value, std::string_view name) {
  const json::value* member = Member(value, name);
  return member == nullptr ? std::string() : std::string(AsText(*member).value_or(""));
}

google::protobuf::Struct& Scope(v1::ChatRequest& out) {
  return providers::MutableScopedExtra(*out.mutable_extra(), v1::API_BEDROCK);
}

// One member of an object of the body that has no field.
void Keep(std::string_view object, const json::key_value_pair& member, v1::ChatRequest& out) {
  auto& kept = (*Scope(out).mutable_fields())[std::string(object)];
  providers::SetMember(View(member.key()), member.value(), *kept.mutable_struct_value());
}

void ReadInferenceConfig(const json::value& config, v1::ChatRequest& out) {
  for (const auto& member : config.as_object()) {
    const std::string_view name = View(member.key());
    if (name == "maxTokens" && AsWhole(member.value())) {
      out.set_max_completion_tokens(*AsWhole(member.value()));
    } else if (name == "temperature" && AsDouble(member.value())) {
      out.set_temperature(*AsDouble(member.value()));
    } else if (name == "topP" && AsDouble(member.value())) {
      out.set_top_p(*AsDouble(member.value()));
    } else if (name == "stopSequences") {
      for (const auto& stop : member.value().as_array()) out.add_stop(std::string(AsText(stop).value_or("")));
    } else {
      Keep("inferenceConfig", member, out);
    }
  }
}

// False when it is no function, or one with members that a function does not have.
bool ReadTool(const json::value& tool, v1::Tool& out) {
  const json::value* spec = Member(tool, "toolSpec");
  const json::value* schema = spec == nullptr ? nullptr : Member(*spec, "inputSchema");
  const json::value* parameters = schema == nullptr ? nullptr : Member(*schema, "json");
  if (parameters == nullptr || !parameters->is_object()) return false;
  v1::FunctionDefinition& function = *out.mutable_function();
  for (const auto& member : spec->as_object()) {
    const std::string_view name = View(member.key());
    if (name == "name") {
      function.set_name(std::string(AsText(member.value()).value_or("")));
    } else if (name == "description") {
      function.set_description(std::string(AsText(member.value()).value_or("")));
    } else if (name == "strict") {
      function.set_strict(member.value().as_bool());
    } else if (name != "inputSchema") {
      return false;
    }
  }
  providers::ReadStruct(parameters->as_object(), *function.mutable_parameters());
  return true;
}

bool ReadTools(const json::value& tools, v1::ChatRequest& out) {
  for (const auto& tool : tools.as_array()) {
    if (const json::value* point = Member(tool, "cachePoint")) {
      if (out.tools().empty()) return false;
      MarkCachePoint(*point, *out.mutable_tools(out.tools_size() - 1)->mutable_extra());
    } else if (!ReadTool(tool, *out.add_tools())) {
      return false;
    }
  }
  return true;
}

// A toolConfig with anything else in it is kept whole.
void ReadToolConfig(const json::value& config, v1::ChatRequest& out) {
  const json::value* tools = Member(config, "tools");
  const json::value* choice = Member(config, "toolChoice");
  if (tools == nullptr || !ReadTools(*tools, out)) {
    out.clear_tools();
    providers::SetMember("toolConfig", config, Scope(out));
    return;
  }
  if (choice == nullptr) return;
  if (Member(*choice, "auto") != nullptr) out.mutable_tool_choice()->set_mode("auto");
  if (Member(*choice, "any") != nullptr) out.mutable_tool_choice()->set_mode("required");
  if (const json::value* tool = Member(*choice, "tool")) {
    out.mutable_tool_choice()->set_function(TextAt(*tool, "name"));
  }
}

void ReadOutputConfig(const json::value& config, v1::ChatRequest& out) {
  const json::value* format = Member(config, "textFormat");
  const json::value* structure = format == nullptr ? nullptr : Member(*format, "structure");
  const json::value* schema = structure == nullptr ? nullptr : Member(*structure, "jsonSchema");
  if (schema == nullptr || config.as_object().size() != 1) {
    providers::SetMember("outputConfig", config, Scope(out));
    return;
  }
  out.mutable_response_format()->set_type("json_schema");
  v1::JsonSchema& read = *out.mutable_response_format()->mutable_json_schema();
  read.set_name(TextAt(*schema, "name"));
  read.set_description(TextAt(*schema, "description"));
  providers::ReadStruct(json::parse(TextAt(*schema, "schema")).as_object(), *read.mutable_schema());
}

bool ReadMember(std::string_view name, const json::value& value, v1::ChatRequest& out, std::string& problem) {
  if (name == "messages") return ParseBedrockMessages(value, out, problem);
  if (name == "system") return ParseBedrockSystem(value, out, problem);
  if (name == "inferenceConfig") {
    ReadInferenceConfig(value, out);
  } else if (name == "toolConfig") {
    ReadToolConfig(value, out);
  } else if (name == "outputConfig") {
    ReadOutputConfig(value, out);
  } else if (name == "requestMetadata") {
    for (const auto& entry : value.as_object()) {
      (*out.mutable_metadata())[std::string(View(entry.key()))] =
          std::string(AsText(entry.value()).value_or(""));
    }
  } else {
    providers::SetMember(name, value, Scope(out));
  }
  return true;
}

}  // namespace

absl::StatusOr<v1::ChatRequest> ReadBedrockRequest(std::string_view body) {
  const providers::JsonDocument document(body);
  if (!document.ok() || !document.root().is_object()) return absl::InvalidArgumentError("no JSON object");
  v1::ChatRequest out;
  std::string problem;
  // What is of another type than Converse's throws on the way.
  try {
    for (const auto& member : document.root().get_object()) {
      if (!ReadMember(View(member.key()), member.value(), out, problem)) {
        return absl::InvalidArgumentError(problem);
      }
    }
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError("not of Converse's types");
  }
  return out;
}

}  // namespace spillway::replay
