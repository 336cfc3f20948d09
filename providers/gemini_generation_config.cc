#include "providers/gemini_generation_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "providers/gemini_model.h"
#include "providers/reasoning_effort.h"
#include "providers/struct_json.h"
#include "providers/token_limit.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kConfig = "generationConfig";
constexpr std::string_view kThinking = "thinkingConfig";
constexpr int kMostCandidates = 8;
constexpr int kMostStops = 5;
constexpr double kHottest = 2;

// Writes the members of one object; the first fault ends it.
class ConfigWriter {
 public:
  ConfigWriter(const v1::ChatRequest& request, const GeminiTarget& target, const ExtraMembers& extra,
               std::string& out, DroppedFields& dropped, FieldError& error)
      : request_(request),
        target_(target),
        top_k_(extra.Find("top_k")),
        extra_(extra.In(kConfig)),
        json_(out),
        dropped_(dropped),
        error_(error) {}

  bool Write() {
    json_.BeginObject();
    if (!Limits() || !Sampling() || !Format() || !Modalities() || !Thinking()) return false;
    Logprobs();
    if (!extra_.Write({}, std::array{kThinking}, json_, error_)) return false;
    json_.EndObject();
    return true;
  }

 private:
  bool Limits() {
    if (const auto limit = TokenLimitOf(request_)) Int("maxOutputTokens", *limit);
    if (request_.n() > kMostCandidates) return error_.Unsupported("n", "is more than Gemini gives");
    if (request_.has_n() && request_.n() < 1) return error_.Set("n", "must be positive");
    if (request_.n() > 1) Int("candidateCount", request_.n());
    if (request_.stop_size() > kMostStops)
      return error_.Unsupported("stop", "has more texts than Gemini takes");
    if (request_.stop().empty() || !Key("stopSequences")) return true;
    json_.BeginArray();
    for (const std::string& text : request_.stop()) json_.String(text);
    json_.EndArray();
    return true;
  }

  bool Sampling() {
    if (request_.has_seed()) Seed();
    const double temperature = request_.temperature();
    const double clamped = std::isfinite(temperature) ? std::clamp(temperature, 0.0, kHottest) : temperature;
    if (request_.has_temperature() && !Double("temperature", "temperature", clamped)) return false;
    if (top_k_ != nullptr && Key("topK") && !WriteValue(*top_k_, json_, error_)) {
      return error_.In("extra.top_k");
    }
    return (!request_.has_top_p() || Double("top_p", "topP", request_.top_p())) &&
           (!request_.has_presence_penalty() ||
            Double("presence_penalty", "presencePenalty", request_.presence_penalty())) &&
           (!request_.has_frequency_penalty() ||
            Double("frequency_penalty", "frequencyPenalty", request_.frequency_penalty()));
  }

  void Seed() {
    using Limit = std::numeric_limits<std::int32_t>;
    const bool fits = request_.seed() >= Limit::min() && request_.seed() <= Limit::max();
    if (fits) Int("seed", request_.seed());
    dropped_.AddIf(!fits, "seed");
  }

  bool Format() {
    const std::string_view type = request_.response_format().type();
    if (!request_.has_response_format() || type == "text") return true;
    if (type.empty()) return error_.Set("response_format.type", "is not set");
    if (type != "json_object" && type != "json_schema") {
      return error_.Unsupported("response_format.type", "is none that Gemini knows");
    }
    const int version = target_.model.version;
    if (!request_.tools().empty() && version > 0 && !target_.model.IsThirdGeneration()) {
      return error_.Unsupported("response_format", "beside tools is more than models before Gemini 3 can do");
    }
    if (Key("responseMimeType")) json_.String("application/json");
    const v1::JsonSchema& schema = request_.response_format().json_schema();
    if (type != "json_schema" || !schema.has_schema() || extra_.Has("responseSchema")) return true;
    if (!Key("responseJsonSchema")) return true;
    return WriteStruct(schema.schema(), json_, error_) || error_.In("response_format.json_schema.schema");
  }

  bool Modalities() {
    for (const std::string& modality : request_.modalities()) {
      if (modality == "text" || extra_.Has("responseModalities")) continue;
      return error_.Unsupported("modalities", "are more than text: give extra.gemini.generationConfig");
    }
    if (!request_.has_audio() || extra_.Has("speechConfig")) return true;
    return error_.Unsupported("audio", "has no counterpart: give extra.gemini.generationConfig.speechConfig");
  }

  void Logprobs() {
    if (request_.logprobs()) {
      if (Key("responseLogprobs")) json_.Bool(true);
      if (request_.top_logprobs() > 0) Int("logprobs", request_.top_logprobs());
    } else {
      dropped_.AddIf(request_.top_logprobs() > 0, "top_logprobs");
    }
  }

  bool Thinking() {
    const std::string& effort = request_.reasoning_effort();
    const ExtraMembers extra = extra_.In(kThinking);
    std::optional<GeminiThinking> thinking;
    if (!effort.empty()) {
      if (!ReasoningBudget(effort)) return error_.Unsupported("reasoning_effort", "is no word that is known");
      thinking = GeminiThinkingFor(target_.model, effort);
      dropped_.AddIf(!thinking, "reasoning_effort");
    }
    if (extra.Has("thinkingBudget") || extra.Has("thinkingLevel")) thinking.reset();
    if (!thinking && extra.empty()) return true;
    json_.Key(kThinking);
    json_.BeginObject();
    if (thinking && thinking->budget) {
      json_.Key("thinkingBudget");
      json_.Int(*thinking->budget);
    } else if (thinking) {
      json_.Field("thinkingLevel", thinking->level);
    }
    if (!extra.Write({}, {}, json_, error_)) return false;
    json_.EndObject();
    return true;
  }

  // Begins a member, unless `extra` has it.
  bool Key(std::string_view name) {
    if (extra_.Has(name)) return false;
    json_.Key(name);
    return true;
  }
  void Int(std::string_view name, std::int64_t value) {
    if (Key(name)) json_.Int(value);
  }
  bool Double(std::string_view field, std::string_view name, double value) {
    return !Key(name) || json_.Double(value) || error_.Set(field, "is not a finite number");
  }

  const v1::ChatRequest& request_;
  const GeminiTarget& target_;
  const google::protobuf::Value* const top_k_;
  const ExtraMembers extra_;
  JsonWriter json_;
  DroppedFields& dropped_;
  FieldError& error_;
};

}  // namespace

bool WriteGeminiGenerationConfig(const v1::ChatRequest& request, const GeminiTarget& target,
                                 const ExtraMembers& extra, JsonWriter& json, DroppedFields& dropped,
                                 FieldError& error) {
  std::string config;
  if (!ConfigWriter(request, target, extra, config, dropped, error).Write()) return false;
  if (config == "{}") return true;
  json.Key(kConfig);
  json.Raw(config);
  return true;
}

}  // namespace spillway::providers
