#include "tests/sim/anthropic_validation.h"

#include <boost/json/array.hpp>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// The first version that takes no sampling parameters.
constexpr std::string_view kWithoutSampling = "2026-10-21";

AnthropicVerdict CheckMembers(const json::object& request) {
  const auto unknown = UnknownMember(
      request, {"model", "messages", "max_tokens", "system", "stop_sequences", "stream", "temperature",
                "top_p", "top_k", "tools", "tool_choice", "thinking", "metadata", "service_tier",
                "output_config", "cache_control", "container", "inference_geo"});
  if (unknown) return AnthropicMistake(*unknown, "Extra inputs are not permitted");
  if (IsBlank(TextAt(request, "model"))) return AnthropicMistake("model", "Field required");
  if (Present(request, "max_tokens") == nullptr) return AnthropicMistake("max_tokens", "Field required");
  const std::optional<std::int64_t> limit = IntegerAt(request, "max_tokens");
  if (!limit) return AnthropicMistake("max_tokens", "Input should be a valid integer");
  if (*limit < 1) return AnthropicMistake("max_tokens", "must be greater than or equal to 1");
  return std::nullopt;
}

AnthropicVerdict CheckSystem(const json::object& request) {
  const json::value* system = Present(request, "system");
  if (system == nullptr || system->is_string()) return std::nullopt;
  if (!system->is_array()) return AnthropicMistake("system", "Input should be a valid string or array");
  std::size_t index = 0;
  for (const json::value& block : system->get_array()) {
    const std::string path = absl::StrCat("system.", index++);
    const bool text = block.is_object() && TextAt(block.get_object(), "type") == "text";
    if (!text) return AnthropicMistake(path + ".type", "Input should be 'text'");
    if (AnthropicVerdict mistake = CheckAnthropicBlock(block, "user", path)) return mistake;
  }
  return std::nullopt;
}

struct Range {
  std::string_view name;
  double min;
  double max;
};

AnthropicVerdict CheckSampling(const json::object& request, std::string_view version) {
  // -1 for "not set" was seen to pass.
  static constexpr Range kRanges[] = {{"temperature", 0, 1}, {"top_p", -1, 1}, {"top_k", -1, 1e6}};
  for (const Range& range : kRanges) {
    const json::value* value = Present(request, range.name);
    if (value == nullptr) continue;
    if (version >= kWithoutSampling) return AnthropicMistake(range.name, "Extra inputs are not permitted");
    if (!value->is_number()) return AnthropicMistake(range.name, "Input should be a valid number");
    if (range.name == "top_k" && value->is_double())
      return AnthropicMistake(range.name, "Input should be a valid integer");
    const double number = value->to_number<double>();
    if (number < range.min || number > range.max)
      return AnthropicMistake(range.name, absl::StrCat("range: ", range.min, "..", range.max));
  }
  return std::nullopt;
}

AnthropicVerdict CheckStops(const json::object& request) {
  const json::value* stops = Present(request, "stop_sequences");
  if (stops == nullptr) return std::nullopt;
  if (!stops->is_array()) return AnthropicMistake("stop_sequences", "Input should be a valid array");
  for (const json::value& stop : stops->get_array()) {
    if (!stop.is_string()) return AnthropicMistake("stop_sequences", "Input should be a valid string");
    if (IsBlank(View(stop.get_string())))
      return AnthropicMistake("stop_sequences", "each stop sequence must contain non-whitespace");
  }
  return std::nullopt;
}

AnthropicVerdict CheckPlainMembers(const json::object& request) {
  const json::value* stream = Present(request, "stream");
  if (stream != nullptr && !stream->is_bool())
    return AnthropicMistake("stream", "Input should be a valid boolean");
  if (const json::value* metadata = Present(request, "metadata")) {
    if (!metadata->is_object()) return AnthropicMistake("metadata", "Input should be an object");
    if (const auto unknown = UnknownMember(metadata->get_object(), {"user_id"}))
      return AnthropicMistake("metadata." + *unknown, "Extra inputs are not permitted");
  }
  if (Present(request, "service_tier") != nullptr &&
      !IsOneOf(TextAt(request, "service_tier"), {"auto", "standard_only"}))
    return AnthropicMistake("service_tier", "Input should be 'auto' or 'standard_only'");
  return std::nullopt;
}

// Every object of a strict schema says that it is closed.
AnthropicVerdict CheckClosed(const json::value& schema) {
  if (const json::array* list = schema.if_array()) {
    for (const json::value& item : *list) {
      if (AnthropicVerdict mistake = CheckClosed(item)) return mistake;
    }
  }
  const json::object* object = schema.if_object();
  if (object == nullptr) return std::nullopt;
  const json::value* closed = object->if_contains("additionalProperties");
  if (TextAt(*object, "type") == "object" && (closed == nullptr || *closed != false))
    return AnthropicMistake("output_config.format.schema",
                            "For 'object' type, 'additionalProperties' must be explicitly set to false");
  for (const auto& member : *object) {
    if (AnthropicVerdict mistake = CheckClosed(member.value())) return mistake;
  }
  return std::nullopt;
}

AnthropicVerdict CheckOutput(const json::object& request) {
  const json::value* config = Present(request, "output_config");
  if (config == nullptr) return std::nullopt;
  if (!config->is_object()) return AnthropicMistake("output_config", "Input should be an object");
  const json::object& output = config->get_object();
  if (const auto unknown = UnknownMember(output, {"effort", "format", "task_budget"}))
    return AnthropicMistake("output_config." + *unknown, "Extra inputs are not permitted");
  if (Present(output, "effort") != nullptr &&
      !IsOneOf(TextAt(output, "effort"), {"low", "medium", "high", "xhigh", "max"}))
    return AnthropicMistake("output_config.effort", "Input should be 'low', 'medium', 'high' or 'max'");
  const json::object* format = ObjectAt(output, "format");
  if (format == nullptr) return std::nullopt;
  if (TextAt(*format, "type") != "json_schema")
    return AnthropicMistake("output_config.format.type", "Input should be 'json_schema'");
  const json::object* schema = ObjectAt(*format, "schema");
  if (schema == nullptr) return AnthropicMistake("output_config.format.schema", "Field required");
  if (const auto unknown = UnknownMember(*format, {"type", "schema"}))
    return AnthropicMistake("output_config.format." + *unknown, "Extra inputs are not permitted");
  return CheckClosed(*schema);
}

}  // namespace

AnthropicVerdict FindAnthropicMistake(const json::object& request, std::string_view version) {
  if (AnthropicVerdict mistake = CheckMembers(request)) return mistake;
  if (AnthropicVerdict mistake = CheckSampling(request, version)) return mistake;
  for (const auto check : {CheckAnthropicMessages, CheckSystem, CheckAnthropicTools, CheckStops,
                           CheckPlainMembers, CheckOutput, CheckAnthropicPairing, CheckAnthropicThinking}) {
    if (AnthropicVerdict mistake = check(request)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
