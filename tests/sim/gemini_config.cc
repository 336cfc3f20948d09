// generationConfig.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/sim/gemini_validation.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr char kWhere[] = "generation_config";

struct Range {
  std::string_view name;
  bool integer;
  double min;
  double max;
};

GeminiVerdict CheckNumbers(const json::object& config) {
  static constexpr Range kRanges[] = {
      {"temperature", false, 0, 2},      {"topP", false, 0, 1},
      {"topK", false, 1, 1e6},           {"candidateCount", true, 1, 8},
      {"maxOutputTokens", true, 1, 1e9}, {"seed", true, -2147483648.0, 2147483647},
      {"presencePenalty", false, -2, 2}, {"frequencyPenalty", false, -2, 2},
      {"logprobs", true, 0, 20}};
  for (const Range& range : kRanges) {
    const json::value* value = Present(config, range.name);
    if (value == nullptr) continue;
    const std::string where = absl::StrCat(kWhere, ".", std::string(range.name));
    if (!value->is_number() || (range.integer && value->is_double()))
      return GeminiMistake("Invalid value at '" + where + "' (TYPE_" + (range.integer ? "INT32" : "FLOAT") +
                           ")");
    const double number = value->to_number<double>();
    if (number < range.min || number > range.max)
      return GeminiMistake(absl::StrCat("* GenerateContentRequest.", where, ": must be in the range [",
                                        range.min, ", ", range.max, "]."));
  }
  return std::nullopt;
}

GeminiVerdict CheckThinking(const json::object& config) {
  const json::object* thinking = ObjectAt(config, "thinkingConfig");
  if (thinking == nullptr) return std::nullopt;
  if (const auto unknown = UnknownMember(*thinking, {"includeThoughts", "thinkingBudget", "thinkingLevel"}))
    return UnknownGeminiName(*unknown, absl::StrCat(kWhere, ".thinking_config"));
  const bool level = Present(*thinking, "thinkingLevel") != nullptr;
  if (level && Present(*thinking, "thinkingBudget") != nullptr)
    return GeminiMistake("You can only set one of thinking budget and thinking level.");
  if (level && !IsOneOf(TextAt(*thinking, "thinkingLevel"),
                        {"minimal", "low", "medium", "high", "MINIMAL", "LOW", "MEDIUM", "HIGH"}))
    return GeminiMistake("Invalid value at 'generation_config.thinking_config.thinking_level'");
  return std::nullopt;
}

GeminiVerdict CheckFormat(const json::object& config) {
  const std::string type = TextAt(config, "responseMimeType");
  if (!IsOneOf(type, {"", "text/plain", "application/json", "text/x.enum"}))
    return GeminiMistake(
        "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are "
        "`text/plain`, `application/json` and `text/x.enum`.");
  const json::value* schema = Present(config, "responseSchema");
  const json::value* json_schema = Present(config, "responseJsonSchema");
  if (schema == nullptr && json_schema == nullptr) return std::nullopt;
  if (schema != nullptr && json_schema != nullptr)
    return GeminiMistake("response_schema and response_json_schema cannot both be set.");
  if (!IsOneOf(type, {"application/json", "text/x.enum"}))
    return GeminiMistake(
        "* GenerateContentRequest.generation_config.response_mime_type: a response schema "
        "needs `application/json`.");
  return schema == nullptr ? std::nullopt : CheckGeminiSchema(*schema, "generation_config.response_schema");
}

}  // namespace

GeminiVerdict CheckGeminiConfig(const json::object& request) {
  const json::value* value = Present(request, "generationConfig");
  if (value == nullptr) return std::nullopt;
  const json::object* config = value->if_object();
  if (config == nullptr) return GeminiMistake("Invalid value at 'generation_config' (GenerationConfig)");
  if (const auto unknown = UnknownMember(
          *config, {"stopSequences", "temperature", "topP", "topK", "candidateCount", "maxOutputTokens",
                    "seed", "responseMimeType", "responseSchema", "responseJsonSchema", "responseModalities",
                    "presencePenalty", "frequencyPenalty", "responseLogprobs", "logprobs", "thinkingConfig",
                    "speechConfig", "mediaResolution", "audioTimestamp"}))
    return UnknownGeminiName(*unknown, kWhere);
  if (const json::value* stops = Present(*config, "stopSequences")) {
    if (!stops->is_array() || TextsAt(*config, "stopSequences").size() != stops->get_array().size())
      return GeminiMistake("Invalid value at 'generation_config.stop_sequences' (TYPE_STRING)");
    if (stops->get_array().size() > 5)
      return GeminiMistake(
          "* GenerateContentRequest.generation_config.stop_sequences: at most 5 are allowed.");
  }
  for (const auto check : {CheckNumbers, CheckThinking, CheckFormat}) {
    if (GeminiVerdict mistake = check(*config)) return mistake;
  }
  return std::nullopt;
}

}  // namespace spillway::sim
