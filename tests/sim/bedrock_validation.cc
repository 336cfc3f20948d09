#include "tests/sim/bedrock_validation.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

BedrockVerdict CheckMembers(const json::object& request) {
  if (const auto unknown = UnknownMember(
          request, {"messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig",
                    "additionalModelRequestFields", "additionalModelResponseFieldPaths", "promptVariables",
                    "requestMetadata", "performanceConfig", "serviceTier", "outputConfig"}))
    return ExtraneousKey("", *unknown);
  for (const char* member : {"inferenceConfig", "toolConfig", "additionalModelRequestFields", "outputConfig",
                             "serviceTier", "requestMetadata"}) {
    if (Present(request, member) != nullptr && ObjectAt(request, member) == nullptr)
      return BedrockError{400, "SerializationException", absl::StrCat("Expected an object at ", member, ".")};
  }
  return std::nullopt;
}

BedrockVerdict CheckSystem(const json::object& request) {
  const json::value* system = Present(request, "system");
  if (system == nullptr) return std::nullopt;
  if (!system->is_array()) return BedrockError{400, "SerializationException", "Expected a list at system."};
  std::size_t index = 0;
  for (const json::value& block : system->get_array()) {
    const std::string path = absl::StrCat("system.", index++);
    const bool known = block.is_object() &&
                       (block.get_object().contains("text") || block.get_object().contains("cachePoint") ||
                        block.get_object().contains("guardContent"));
    if (!known) return BedrockMistake("The SystemContentBlock object at " + path + " must set text.");
    if (BedrockVerdict mistake = CheckBedrockBlock(block, "user", path)) return mistake;
  }
  return std::nullopt;
}

BedrockVerdict Constraint(const std::string& member, const json::value& value, const std::string& must) {
  const std::string text = value.is_number() ? absl::StrCat(value.to_number<double>()) : "...";
  return BedrockMistake(absl::StrCat("1 validation error detected: Value '", text, "' at 'inferenceConfig.",
                                     member, "' failed to satisfy constraint: Member must ", must));
}

BedrockVerdict CheckInference(const json::object& request) {
  const json::object* config = ObjectAt(request, "inferenceConfig");
  if (config == nullptr) return std::nullopt;
  if (const auto unknown = UnknownMember(*config, {"maxTokens", "temperature", "topP", "stopSequences"}))
    return ExtraneousKey("inferenceConfig", *unknown);
  if (const json::value* limit = Present(*config, "maxTokens")) {
    if (!limit->is_int64()) return Constraint("maxTokens", *limit, "be an integer");
    if (limit->get_int64() < 1)
      return Constraint("maxTokens", *limit, "have value greater than or equal to 1");
  }
  for (const char* name : {"temperature", "topP"}) {
    const json::value* value = Present(*config, name);
    if (value == nullptr) continue;
    if (!value->is_number()) return Constraint(name, *value, "be a number");
    const double number = value->to_number<double>();
    if (number > 1) return Constraint(name, *value, "have value less than or equal to 1");
    if (number < 0) return Constraint(name, *value, "have value greater than or equal to 0");
  }
  const json::value* stops = Present(*config, "stopSequences");
  if (stops == nullptr) return std::nullopt;
  if (!stops->is_array()) return Constraint("stopSequences", *stops, "be a list");
  for (const json::value& stop : stops->get_array()) {
    if (!stop.is_string() || stop.get_string().empty())
      return Constraint("stopSequences", stop, "have length greater than or equal to 1");
  }
  return std::nullopt;
}

BedrockVerdict CheckOutput(const json::object& request) {
  const json::object* output = ObjectAt(request, "outputConfig");
  if (output == nullptr) return std::nullopt;
  const json::object* format = ObjectAt(*output, "textFormat");
  const json::object* structure = format == nullptr ? nullptr : ObjectAt(*format, "structure");
  const json::object* schema = structure == nullptr ? nullptr : ObjectAt(*structure, "jsonSchema");
  if (schema == nullptr || TextAt(*format, "type") != "json_schema")
    return BedrockMistake("outputConfig.textFormat must be of type json_schema and hold a jsonSchema.");
  if (const auto unknown = UnknownMember(*schema, {"schema", "name", "description"}))
    return ExtraneousKey("outputConfig.textFormat.structure.jsonSchema", *unknown);
  json::error_code error;
  // A schema in a string, not a schema.
  const json::value parsed = json::parse(JsonView(TextAt(*schema, "schema")), error);
  if (error || !parsed.is_object())
    return BedrockMistake(
        "The value at outputConfig.textFormat.structure.jsonSchema.schema must be a JSON "
        "object in a string.");
  return std::nullopt;
}

BedrockVerdict CheckTier(const json::object& request) {
  const json::object* tier = ObjectAt(request, "serviceTier");
  if (tier == nullptr || IsOneOf(TextAt(*tier, "type"), {"priority", "default", "flex", "reserved"}))
    return std::nullopt;
  return BedrockMistake("serviceTier.type must be one of: priority, default, flex, reserved.");
}

}  // namespace

BedrockVerdict ExtraneousKey(const std::string& path, const std::string& key) {
  return BedrockMistake(absl::StrCat("Malformed input request: #/", path, ": extraneous key [", key,
                                     "] is not permitted, please reformat your input and try again."));
}

BedrockVerdict FindBedrockMistake(const json::object& request) {
  for (const auto check : {CheckMembers, CheckBedrockMessages, CheckSystem, CheckInference, CheckBedrockTools,
                           CheckBedrockPairing, CheckOutput, CheckTier}) {
    if (BedrockVerdict mistake = check(request)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
