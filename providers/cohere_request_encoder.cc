#include "providers/cohere_request_encoder.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

#include "providers/body_size.h"
#include "providers/body_writer.h"
#include "providers/cohere_dialect.h"
#include "providers/cohere_message_writer.h"
#include "providers/cohere_thinking.h"
#include "providers/cohere_tool_writer.h"
#include "providers/hints.h"
#include "providers/reasoning_effort.h"
#include "providers/struct_json.h"
#include "providers/token_limit.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 3> kReserved = {"model", "messages", "stream"};
constexpr std::array<std::string_view, 1> kDone = {"top_k"};

// As Cohere documents them; temperatures above 1 are for the daring, and not taken by all of its hosts.
constexpr Range kTemperature = {0, 1};
constexpr Range kP = {0.01, 0.99};
constexpr Range kPenalty = {0, 1};

// Writes one request; the first fault ends it.
class Encoder {
 public:
  Encoder(const v1::ChatRequest& request, const CohereRequestOptions& options, DroppedFields& dropped,
          std::string& body)
      : request_(request),
        model_(options.model.empty() ? std::string_view(request.model()) : options.model),
        stream_(options.stream),
        dropped_(dropped),
        extra_(request, kCohere.api),
        writer_(body, extra_, error_) {}

  bool Write() {
    if (!CheckExtraNames(request_.extra(), error_) || !Limits()) return false;
    json().BeginObject();
    if (!model_.empty()) json().Field("model", model_);
    json().Key("messages");
    if (!WriteCohereMessages(request_.messages(), json(), error_, dropped_)) return false;
    if (!WriteCohereTools(request_, writer_, error_, dropped_)) return false;
    if (!WriteCohereFormat(request_, writer_, error_)) return false;
    if (!Sampling() || !Thinking()) return false;
    if (stream_) writer_.Bool("stream", true);
    if (!Extra()) return false;
    DropHints(request_, {"seed", "presence_penalty", "frequency_penalty"}, dropped_);
    json().EndObject();
    return true;
  }

  const FieldError& error() const { return error_; }

 private:
  JsonWriter& json() { return writer_.json(); }

  bool Limits() {
    if (request_.n() > 1) return error_.Unsupported("n", kCohere.beyond);
    if (request_.top_logprobs() > 0) return error_.Unsupported("top_logprobs", kCohere.beyond);
    return CheckPlainLimits(request_, kCohere, error_);
  }

  bool Sampling() {
    if (const auto limit = TokenLimitOf(request_)) writer_.Int("max_tokens", *limit);
    writer_.List("stop_sequences", request_.stop());
    // Cohere's seeds begin at 0.
    const bool seed = request_.has_seed() && request_.seed() >= 0;
    if (seed) writer_.Int("seed", request_.seed());
    dropped_.AddIf(request_.has_seed() && !seed, "seed");
    if (request_.logprobs()) writer_.Bool("logprobs", true);
    return (!request_.has_temperature() ||
            writer_.Number("temperature", "temperature", request_.temperature(), kTemperature)) &&
           (!request_.has_top_p() || writer_.Number("p", "top_p", request_.top_p(), kP)) && Penalties();
  }

  // Cohere refuses both at once: the presence penalty gives way. What is 0 after all says nothing.
  bool Penalties() {
    const bool frequency = request_.has_frequency_penalty();
    const bool presence = request_.has_presence_penalty();
    const bool both = request_.frequency_penalty() > 0 && request_.presence_penalty() > 0;
    dropped_.AddIf(both, "presence_penalty");
    dropped_.AddIf(request_.frequency_penalty() < 0, "frequency_penalty");
    dropped_.AddIf(request_.presence_penalty() < 0, "presence_penalty");
    return (!frequency || Penalty("frequency_penalty", request_.frequency_penalty(), true)) &&
           (!presence || Penalty("presence_penalty", request_.presence_penalty(), !both));
  }

  bool Penalty(std::string_view name, double value, bool wanted) {
    const bool said = wanted && !(value <= 0);
    return said ? writer_.Number(name, name, value, kPenalty)
                : std::isfinite(value) || error_.Set(name, "is not a finite number");
  }

  bool Thinking() {
    const std::string& effort = request_.reasoning_effort();
    if (effort.empty()) return true;
    const auto budget = ReasoningBudget(effort);
    if (!budget) return error_.Unsupported("reasoning_effort", kCohere.beyond);
    if (!CohereThinks(model_)) {
      dropped_.Add("reasoning_effort");
      return true;
    }
    if (!writer_.Key("thinking")) return true;
    json().BeginObject();
    json().Field("type", *budget == 0 ? "disabled" : "enabled");
    if (*budget > 0) {
      json().Key("token_budget");
      json().Int(CohereThinkingBudget(*budget, TokenLimitOf(request_)));
    }
    json().EndObject();
    return true;
  }

  bool Extra() {
    const google::protobuf::Value* top_k = extra_.Find("top_k");
    if (top_k != nullptr && writer_.Key("k") && !WriteValue(*top_k, json(), error_)) {
      return error_.In("extra.top_k");
    }
    return writer_.Extra(kReserved, kDone);
  }

  const v1::ChatRequest& request_;
  const std::string_view model_;
  const bool stream_;
  DroppedFields& dropped_;
  const ExtraMembers extra_;
  FieldError error_;
  BodyWriter writer_;
};

}  // namespace

absl::StatusOr<std::string> EncodeCohereRequest(const v1::ChatRequest& request,
                                                const CohereRequestOptions& options, DroppedFields& dropped) {
  std::string body;
  body.reserve(EstimatedBodySize(request));
  Encoder encoder(request, options, dropped, body);
  if (!encoder.Write()) return encoder.error().ToStatus();
  return body;
}

}  // namespace spillway::providers
