#include "providers/gemini_request_encoder.h"

#include <array>
#include <optional>

#include "providers/body_size.h"
#include "providers/dropped_fields.h"
#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/gemini_contents_writer.h"
#include "providers/gemini_generation_config.h"
#include "providers/gemini_kept.h"
#include "providers/gemini_tool_writer.h"
#include "providers/hints.h"
#include "providers/json_writer.h"
#include "providers/legacy_functions.h"
#include "providers/role.h"
#include "providers/turns.h"

namespace spillway::providers {
namespace {

// The conversation; and the other spelling of what is merged: beside ours, Google refuses it.
constexpr std::array<std::string_view, 6> kReserved = {
    "contents", "model", "systemInstruction", "system_instruction", "generation_config", "tool_config"};
constexpr std::array<std::string_view, 3> kMerged = {"generationConfig", "toolConfig", "top_k"};

// Writes one request; the first fault ends it.
class Encoder {
 public:
  Encoder(const v1::ChatRequest& request, const GeminiTarget& target, std::string& body)
      : request_(request), target_(target), extra_(request, v1::API_GEMINI), json_(body) {}

  bool Write() {
    if (!CheckExtra() || !CheckMessages() || !CheckAbilities()) return false;
    json_.BeginObject();
    if (!Contents() || !WriteGeminiTools(request_, extra_, json_, dropped_, error_) ||
        !WriteGeminiToolConfig(request_, extra_, json_, error_) ||
        !WriteGeminiGenerationConfig(request_, target_, extra_, json_, dropped_, error_)) {
      return false;
    }
    ServiceTier();
    DropHints(request_, {"seed", "presence_penalty", "frequency_penalty", "service_tier"}, dropped_);
    if (!extra_.Write(kReserved, kMerged, json_, error_)) return false;
    json_.EndObject();
    return true;
  }

  const FieldError& error() const { return error_; }
  std::vector<std::string_view> TakeDropped() { return dropped_.Take(); }

 private:
  bool CheckExtra() {
    if (!CheckExtraNames(request_.extra(), error_)) return false;
    for (const std::string_view name : {"generationConfig", "toolConfig"}) {
      const google::protobuf::Value* value = extra_.Find(name);
      if (value == nullptr || value->has_struct_value()) continue;
      error_.Set(name, "must be an object");
      return error_.In("extra");
    }
    return true;
  }

  bool CheckMessages() {
    for (int i = 0; i < request_.messages_size(); ++i) {
      const v1::Message& message = request_.messages(i);
      if (RoleWord(message.role()).empty()) {
        error_.Set("role", "is not set");
      } else if (message.has_audio() && TextOf(message).empty() && message.refusal().empty() &&
                 message.tool_calls().empty()) {
        error_.Unsupported("audio", "is a reference that only its own provider knows");
      } else {
        continue;
      }
      return error_.In("messages", static_cast<std::size_t>(i));
    }
    return true;
  }

  bool CheckAbilities() {
    if (!request_.logit_bias().empty()) return error_.Unsupported("logit_bias", "is more than Gemini can do");
    if (!request_.has_web_search_options()) return true;
    return error_.Unsupported("web_search_options", "have no counterpart: give extra.gemini.tools");
  }

  bool Contents() {
    // An image that the model painted is no text, and yet its turn.
    const Conversation conversation = InTurns(
        request_.messages(), [](const v1::Message& message) { return GeminiPartsOf(message) != nullptr; });
    if (conversation.turns.empty() && conversation.system.empty())
      return error_.Set("messages", "say nothing");
    const auto& turns = conversation.turns;
    if (!turns.empty() && turns.front().assistant &&
        !turns.front().messages.front().message->tool_calls().empty()) {
      error_.Unsupported("",
                         "begins the conversation with calls, which Gemini takes only after a user's turn");
      return error_.In("messages", static_cast<std::size_t>(turns.front().messages.front().index));
    }
    return GeminiContentsWriter(target_, json_, dropped_, error_).Write(conversation);
  }

  // AI Studio has two of OpenAI's words in its preview.
  void ServiceTier() {
    const std::string& tier = request_.service_tier();
    if (tier.empty() || tier == "auto" || tier == "default" || extra_.Has("serviceTier")) return;
    const bool known = (tier == "flex" || tier == "priority") && target_.preview && !target_.vertex;
    if (known) json_.Field("serviceTier", tier);
    dropped_.AddIf(!known, "service_tier");
  }

  const v1::ChatRequest& request_;
  const GeminiTarget& target_;
  const ExtraMembers extra_;
  JsonWriter json_;
  DroppedFields dropped_;
  FieldError error_;
};

}  // namespace

absl::StatusOr<GeminiRequest> EncodeGeminiRequest(const v1::ChatRequest& request,
                                                  const GeminiTarget& target) {
  const std::optional<v1::ChatRequest> updated = WithoutLegacyFunctions(request);
  const v1::ChatRequest& source = updated ? *updated : request;
  GeminiRequest out;
  out.body.reserve(EstimatedBodySize(source));
  Encoder encoder(source, target, out.body);
  if (!encoder.Write()) return encoder.error().ToStatus();
  out.dropped = encoder.TakeDropped();
  return out;
}

}  // namespace spillway::providers
