#include "providers/mistral_request_encoder.h"

#include <array>
#include <map>

#include "providers/body_size.h"
#include "providers/body_writer.h"
#include "providers/hints.h"
#include "providers/mistral_dialect.h"
#include "providers/mistral_effort.h"
#include "providers/mistral_message_writer.h"
#include "providers/mistral_tool_writer.h"
#include "providers/reasoning_effort.h"
#include "providers/token_limit.h"

namespace spillway::providers {
namespace {

constexpr std::array<std::string_view, 3> kReserved = {"model", "messages", "stream"};

// As the API's own refusals give them.
constexpr Range kTemperature = {0, 1.5};
constexpr Range kTopP = {0.01, 1};
constexpr Range kPenalty = {-2, 2};

// The text of OpenAI's `prediction`: a string, or parts of text. Nothing for any other form.
std::string PredictedText(const google::protobuf::Struct& prediction) {
  const auto content = prediction.fields().find("content");
  if (content == prediction.fields().end()) return {};
  std::string text = content->second.string_value();
  for (const auto& part : content->second.list_value().values()) {
    const auto found = part.struct_value().fields().find("text");
    if (found != part.struct_value().fields().end()) text += found->second.string_value();
  }
  return text;
}

// Writes one request; the first fault ends it.
class Encoder {
 public:
  Encoder(const v1::ChatRequest& request, const MistralRequestOptions& options, DroppedFields& dropped,
          std::string& body)
      : request_(request),
        model_(options.model.empty() ? std::string_view(request.model()) : options.model),
        stream_(options.stream),
        dropped_(dropped),
        writer_(body, ExtraMembers(request, kMistral.api), error_) {}

  bool Write() {
    if (!CheckExtraNames(request_.extra(), error_) || !Limits()) return false;
    json().BeginObject();
    if (!model_.empty()) json().Field("model", model_);
    json().Key("messages");
    if (!WriteMistralMessages(request_.messages(), json(), error_, dropped_)) return false;
    if (!WriteMistralTools(request_, writer_, error_) || !WriteMistralFormat(request_, writer_, error_))
      return false;
    if (!Sampling() || !Effort()) return false;
    Hints();
    if (stream_) {
      json().Key("stream");
      json().Bool(true);
    }
    if (!writer_.Extra(kReserved, {})) return false;
    json().EndObject();
    return true;
  }

  const FieldError& error() const { return error_; }

 private:
  JsonWriter& json() { return writer_.json(); }

  bool Limits() {
    if (request_.logprobs()) return error_.Unsupported("logprobs", kMistral.beyond);
    if (request_.top_logprobs() > 0) return error_.Unsupported("top_logprobs", kMistral.beyond);
    return CheckPlainLimits(request_, kMistral, error_);
  }

  bool Sampling() {
    if (const auto limit = TokenLimitOf(request_)) writer_.Int("max_tokens", *limit);
    writer_.List("stop", request_.stop());
    if (request_.has_n()) writer_.Int("n", request_.n());
    if (request_.has_seed()) writer_.Int("random_seed", request_.seed());
    return (!request_.has_temperature() || Number("temperature", request_.temperature(), kTemperature)) &&
           (!request_.has_top_p() || Number("top_p", request_.top_p(), kTopP)) &&
           (!request_.has_presence_penalty() ||
            Number("presence_penalty", request_.presence_penalty(), kPenalty)) &&
           (!request_.has_frequency_penalty() ||
            Number("frequency_penalty", request_.frequency_penalty(), kPenalty));
  }

  bool Number(std::string_view name, double value, Range range) {
    return writer_.Number(name, name, value, range);
  }

  bool Effort() {
    const std::string& effort = request_.reasoning_effort();
    if (effort.empty()) return true;
    if (!ReasoningBudget(effort)) return error_.Unsupported("reasoning_effort", kMistral.beyond);
    const std::string_view word = MistralEffort(model_, effort);
    dropped_.AddIf(word.empty(), "reasoning_effort");
    if (!word.empty()) writer_.Text("reasoning_effort", word);
    return true;
  }

  void Hints() {
    if (request_.has_prediction()) {
      const std::string text = PredictedText(request_.prediction());
      dropped_.AddIf(text.empty(), "prediction");
      if (!text.empty() && writer_.Key("prediction")) {
        json().BeginObject();
        json().Field("type", "content");
        json().Field("content", text);
        json().EndObject();
      }
    }
    if (!request_.metadata().empty() && writer_.Key("metadata")) {
      const std::map<std::string, std::string> sorted(request_.metadata().begin(), request_.metadata().end());
      json().BeginObject();
      for (const auto& [name, text] : sorted) json().Field(name, text);
      json().EndObject();
    }
    if (!request_.prompt_cache_key().empty()) writer_.Text("prompt_cache_key", request_.prompt_cache_key());
    DropHints(request_,
              {"seed", "presence_penalty", "frequency_penalty", "metadata", "parallel_tool_calls",
               "prediction", "prompt_cache_key"},
              dropped_);
  }

  const v1::ChatRequest& request_;
  const std::string_view model_;
  const bool stream_;
  DroppedFields& dropped_;
  FieldError error_;
  BodyWriter writer_;
};

}  // namespace

absl::StatusOr<std::string> EncodeMistralRequest(const v1::ChatRequest& request,
                                                 const MistralRequestOptions& options,
                                                 DroppedFields& dropped) {
  std::string body;
  body.reserve(EstimatedBodySize(request));
  Encoder encoder(request, options, dropped, body);
  if (!encoder.Write()) return encoder.error().ToStatus();
  return body;
}

}  // namespace spillway::providers
