#include "providers/bedrock_request_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "providers/bedrock_blocks.h"
#include "providers/bedrock_extra.h"
#include "providers/bedrock_message_writer.h"
#include "providers/bedrock_output_writer.h"
#include "providers/bedrock_request_check.h"
#include "providers/bedrock_thinking.h"
#include "providers/bedrock_tool_writer.h"
#include "providers/body_size.h"
#include "providers/legacy_functions.h"
#include "providers/token_limit.h"
#include "providers/turns.h"

namespace spillway::providers {
namespace {

// Room for the answer beside the thinking, where the caller set no bound.
constexpr std::int64_t kAnswerTokens = 4096;

// Writes one request; the first fault ends it.
class Encoder {
 public:
  Encoder(const v1::ChatRequest& request, std::string_view model, std::string& body)
      : request_(request),
        conversation_(InTurns(request.messages())),
        extra_(request),
        json_(body),
        writing_{BedrockModelOf(model), json_, error_, dropped_, {}} {}

  bool Write() {
    if (!CheckExtraNames(request_.extra(), error_) || !extra_.Check(error_)) return false;
    if (!CheckForBedrock(request_, error_) || !Plan()) return false;
    DropForBedrock(request_, dropped_);
    json_.BeginObject();
    if (!Said() || !InferenceConfig()) return false;
    if (!WriteBedrockTools(request_, extra_.In("toolConfig"), writing_)) return false;
    if (!WriteBedrockOutputConfig(request_, extra_.In("outputConfig"), json_, error_)) return false;
    if (!extra_.WriteModelFields(thinking_.budget, json_, error_)) return false;
    if (!extra_.Has("serviceTier")) WriteBedrockServiceTier(request_, json_, dropped_);
    if (!WriteBedrockMetadata(request_, extra_.In("requestMetadata"), writing_)) return false;
    if (!extra_.WriteOwn(json_, error_)) return false;
    json_.EndObject();
    return true;
  }

  const FieldError& error() const { return error_; }
  std::vector<std::string_view> TakeDropped() { return dropped_.Take(); }

 private:
  bool Plan() {
    if (extra_.HasThinking()) return true;
    const auto plan = PlanBedrockThinking(request_, conversation_.turns, writing_.model, error_);
    if (!plan) return false;
    thinking_ = *plan;
    dropped_.AddIf(thinking_.dropped, "reasoning_effort");
    return true;
  }

  bool Said() {
    const auto& [system, turns] = conversation_;
    if (turns.empty() && system.empty()) return error_.Set("messages", "say nothing");
    const std::string_view instruction = BedrockInstruction(request_);
    json_.Key("messages");
    const bool written =
        turns.empty() ? WriteBedrockSystemAsTurn(system, writing_) : WriteBedrockTurns(turns, writing_);
    if (!written) return false;
    if ((turns.empty() || system.empty()) && instruction.empty()) return true;
    json_.Key("system");
    return WriteBedrockSystem(turns.empty() ? std::vector<PlacedMessage>() : system, instruction, writing_);
  }

  bool InferenceConfig() {
    const ExtraMembers extra = extra_.In("inferenceConfig");
    const auto max_tokens = MaxTokens();
    const bool thinks = thinking_.budget > 0;
    dropped_.AddIf(thinks && request_.has_temperature(), "temperature");
    dropped_.AddIf(thinks && request_.has_top_p(), "top_p");
    const bool sampling = !thinks && (request_.has_temperature() || request_.has_top_p());
    if (!max_tokens && !sampling && request_.stop().empty() && extra.empty()) return true;
    json_.Key("inferenceConfig");
    json_.BeginObject();
    if (max_tokens && !extra.Has("maxTokens")) {
      json_.Key("maxTokens");
      json_.Int(*max_tokens);
    }
    if (!thinks && !Sampling(extra)) return false;
    if (!request_.stop().empty() && !extra.Has("stopSequences")) StopSequences();
    if (!extra.Write({}, {}, json_, error_)) return false;
    json_.EndObject();
    return true;
  }

  std::optional<std::int64_t> MaxTokens() const {
    const auto max_tokens = TokenLimitOf(request_);
    return max_tokens || thinking_.budget == 0 ? max_tokens : thinking_.budget + kAnswerTokens;
  }

  bool Sampling(const ExtraMembers& extra) {
    if (request_.has_temperature() && !extra.Has("temperature")) {
      json_.Key("temperature");
      // OpenAI's range goes on to 2; what is not finite stays so, to be refused.
      const double temperature = request_.temperature();
      const double sent = std::isfinite(temperature) ? std::clamp(temperature, 0.0, 1.0) : temperature;
      if (!json_.Double(sent)) return error_.Set("temperature", "is not a finite number");
    }
    if (request_.has_top_p() && !extra.Has("topP")) {
      json_.Key("topP");
      if (!json_.Double(request_.top_p())) return error_.Set("top_p", "is not a finite number");
    }
    return true;
  }

  void StopSequences() {
    json_.Key("stopSequences");
    json_.BeginArray();
    for (const std::string& stop : request_.stop()) json_.String(stop);
    json_.EndArray();
  }

  const v1::ChatRequest& request_;
  const Conversation conversation_;
  const BedrockExtra extra_;
  FieldError error_;
  DroppedFields dropped_;
  JsonWriter json_;
  BedrockWriting writing_;
  BedrockThinking thinking_;
};

}  // namespace

absl::StatusOr<BedrockBody> EncodeBedrockRequest(const v1::ChatRequest& request, std::string_view model) {
  const auto updated = WithoutLegacyFunctions(request);
  const v1::ChatRequest& current = updated ? *updated : request;
  BedrockBody body;
  body.text.reserve(EstimatedBodySize(current));
  Encoder encoder(current, model, body.text);
  if (!encoder.Write()) return encoder.error().ToStatus();
  body.dropped = encoder.TakeDropped();
  return body;
}

}  // namespace spillway::providers
