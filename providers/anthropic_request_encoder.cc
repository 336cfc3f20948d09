#include "providers/anthropic_request_encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "providers/anthropic_message_writer.h"
#include "providers/anthropic_model.h"
#include "providers/anthropic_refusals.h"
#include "providers/anthropic_schema_writer.h"
#include "providers/anthropic_thinking.h"
#include "providers/anthropic_tool_writer.h"
#include "providers/body_size.h"
#include "providers/extra_members.h"
#include "providers/legacy_functions.h"

namespace spillway::providers {
namespace {

// The conversation, and what the call itself decides.
constexpr std::array<std::string_view, 4> kReserved = {"messages", "model", "stream", "system"};
// Objects that are written member by member.
constexpr std::array<std::string_view, 2> kMerged = {"metadata", "output_config"};
// The API demands a limit. The largest that all of its models take.
constexpr std::int64_t kDefaultLimit = 4096;
// Anthropic has no mode for it.
constexpr std::string_view kJsonInstruction = "Answer with one JSON object and nothing else.";

// Writes one request; the first fault ends it.
class Encoder {
 public:
  Encoder(const v1::ChatRequest& request, const AnthropicRequestOptions& options, std::string& body)
      : request_(request),
        options_(options),
        model_name_(options.model.empty() ? request.model() : options.model),
        model_(AnthropicModelOf(model_name_)),
        extra_(request, v1::API_ANTHROPIC),
        json_(body),
        blocks_{json_, dropped_, error_} {}

  bool Write() {
    const Conversation conversation = InTurns(request_.messages());
    if (!CheckExtraNames(request_.extra(), error_) ||
        !CheckAnthropicCan(request_, conversation, model_, error_) || !Plan(conversation)) {
      return false;
    }
    json_.BeginObject();
    if (!model_name_.empty()) json_.Field("model", model_name_);
    Limit();
    const bool json_object = request_.response_format().type() == "json_object";
    AnthropicMessageWriter messages(blocks_);
    if (!messages.Write(conversation, json_object ? kJsonInstruction : std::string_view()) || !Tools()) {
      return false;
    }
    if (!extra_.Has("thinking")) WriteThinking(thinking_, json_);
    if (!OutputConfig() || !Temperature() || !TopP() || !Metadata()) return false;
    StopSequences();
    Words();
    DropAnthropicHints(request_, dropped_);
    if (!Extra()) return false;
    json_.EndObject();
    return true;
  }

  const FieldError& error() const { return error_; }
  bool uses_files() const { return blocks_.uses_files; }
  std::vector<std::string_view> TakeDropped() { return dropped_.Take(); }

 private:
  bool Plan(const Conversation& conversation) {
    const auto planned = PlanThinking(request_, conversation, model_, extra_, error_);
    if (!planned) return false;
    thinking_ = *planned;
    dropped_.AddIf(thinking_.dropped, "reasoning_effort");
    return true;
  }

  void Limit() {
    if (extra_.Has("max_tokens")) return;
    json_.Key("max_tokens");
    json_.Int(TokenLimit(request_, extra_).value_or(kDefaultLimit + thinking_.budget));
  }

  bool Tools() {
    const bool replaced = extra_.Has("tools");
    if (request_.tools_size() > 0 && !replaced) {
      json_.Key("tools");
      json_.BeginArray();
      for (int i = 0; i < request_.tools_size(); ++i) {
        if (!WriteAnthropicTool(request_.tools(i), json_, error_)) {
          return error_.In("tools", static_cast<std::size_t>(i));
        }
      }
      json_.EndArray();
    }
    if (extra_.Has("tool_choice") || (request_.tools_size() == 0 && !replaced)) return true;
    return WriteAnthropicToolChoice(request_, json_, error_);
  }

  bool OutputConfig() {
    const bool has_schema = request_.response_format().type() == "json_schema";
    const bool has_effort = !thinking_.effort.empty();
    if (!Merges("output_config", has_schema || has_effort)) return true;
    const ExtraMembers extra = extra_.In("output_config");
    json_.Key("output_config");
    json_.BeginObject();
    if (has_effort && !extra.Has("effort")) json_.Field("effort", thinking_.effort);
    if (has_schema && !extra.Has("format") && !Format()) return false;
    if (!extra.Write({}, {}, json_, error_)) return error_.In("output_config");
    json_.EndObject();
    return true;
  }

  bool Format() {
    json_.Key("format");
    json_.BeginObject();
    json_.Field("type", "json_schema");
    json_.Key("schema");
    const v1::JsonSchema& schema = request_.response_format().json_schema();
    if (!WriteClosedSchema(schema.schema(), json_, error_)) {
      return error_.In("response_format.json_schema.schema");
    }
    json_.EndObject();
    return true;
  }

  bool Metadata() {
    const std::string& user =
        request_.safety_identifier().empty() ? request_.user() : request_.safety_identifier();
    dropped_.AddIf(!request_.user().empty() && request_.user() != user, "user");
    if (!Merges("metadata", !user.empty())) return true;
    const ExtraMembers extra = extra_.In("metadata");
    json_.Key("metadata");
    json_.BeginObject();
    if (!user.empty() && !extra.Has("user_id")) json_.Field("user_id", user);
    if (!extra.Write({}, {}, json_, error_)) return error_.In("metadata");
    json_.EndObject();
    return true;
  }

  // Whether the object `name` is to be written here, out of our members (if there are any) and the extra
  // ones. An extra value that is no object replaces it, with the rest of `extra`.
  bool Merges(std::string_view name, bool any_of_ours) const {
    const auto* value = extra_.Find(name);
    return value == nullptr ? any_of_ours : value->has_struct_value();
  }

  // Whether temperature and top_p may be other than the API's own.
  bool Samples() const { return !thinking_.on() && !model_.adaptive; }

  bool Temperature() {
    if (!request_.has_temperature() || extra_.Has("temperature")) return true;
    if (!std::isfinite(request_.temperature())) return error_.Set("temperature", "is not a finite number");
    const double temperature = std::clamp(request_.temperature(), 0.0, 1.0);
    writes_temperature_ = options_.takes_sampling && (Samples() || temperature == 1);
    dropped_.AddIf(!writes_temperature_, "temperature");
    return !writes_temperature_ || Number("temperature", temperature);
  }

  bool TopP() {
    if (!request_.has_top_p() || extra_.Has("top_p")) return true;
    const bool rivalled = model_.one_sampler && writes_temperature_;
    const bool written = options_.takes_sampling && Samples() && !rivalled;
    dropped_.AddIf(!written, "top_p");
    return !written || Number("top_p", request_.top_p());
  }

  bool Number(std::string_view name, double value) {
    json_.Key(name);
    return json_.Double(value) || error_.Set(name, "is not a finite number");
  }

  // Blank ones are refused.
  void StopSequences() {
    if (extra_.Has("stop_sequences")) return;
    std::vector<std::string_view> kept;
    for (const std::string& stop : request_.stop()) {
      if (!absl::StripAsciiWhitespace(stop).empty()) kept.emplace_back(stop);
    }
    dropped_.AddIf(kept.size() < static_cast<std::size_t>(request_.stop_size()), "stop");
    if (kept.empty()) return;
    json_.Key("stop_sequences");
    json_.BeginArray();
    for (const std::string_view stop : kept) json_.String(stop);
    json_.EndArray();
  }

  void Words() {
    const std::string& tier = request_.service_tier();
    const bool known = tier == "standard_only";
    if (known && !extra_.Has("service_tier")) json_.Field("service_tier", tier);
    dropped_.AddIf(!known && !tier.empty() && tier != "auto" && tier != "default", "service_tier");
    if (!options_.stream) return;
    json_.Key("stream");
    json_.Bool(true);
  }

  bool Extra() {
    std::vector<std::string_view> done;
    for (const std::string_view name : kMerged) {
      if (Merges(name, false)) done.push_back(name);
    }
    return extra_.Write(kReserved, done, json_, error_);
  }

  const v1::ChatRequest& request_;
  const AnthropicRequestOptions& options_;
  const std::string_view model_name_;
  const AnthropicModel model_;
  const ExtraMembers extra_;
  AnthropicThinking thinking_;
  bool writes_temperature_ = false;
  JsonWriter json_;
  DroppedFields dropped_;
  FieldError error_;
  AnthropicBlocks blocks_;
};

}  // namespace

absl::StatusOr<AnthropicRequest> EncodeAnthropicRequest(const v1::ChatRequest& request,
                                                        const AnthropicRequestOptions& options) {
  const auto modern = WithoutLegacyFunctions(request);
  AnthropicRequest out;
  out.body.reserve(EstimatedBodySize(request));
  Encoder encoder(modern ? *modern : request, options, out.body);
  if (!encoder.Write()) return encoder.error().ToStatus();
  out.dropped = encoder.TakeDropped();
  out.uses_files = encoder.uses_files();
  return out;
}

}  // namespace spillway::providers
