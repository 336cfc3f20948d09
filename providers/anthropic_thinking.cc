#include "providers/anthropic_thinking.h"

#include <algorithm>

#include "providers/reasoning_effort.h"
#include "providers/thinking_blocks.h"
#include "providers/token_limit.h"

namespace spillway::providers {
namespace {

using Mode = AnthropicThinking::Mode;

// The API takes no smaller budget.
constexpr std::int64_t kLeastBudget = 1024;

// As many as a caller may mean, and none that a sum could overflow with. No number is none.
std::int64_t Tokens(double number) {
  constexpr double kMost = 1e9;
  return number > 0 ? static_cast<std::int64_t>(std::min(number, kMost)) : 0;
}

bool ForcesACall(const v1::ChatRequest& request, const ExtraMembers& extra) {
  const v1::ToolChoice& choice = request.tool_choice();
  return (request.tools_size() > 0 || extra.Has("tools")) &&
         (choice.has_function() || choice.mode() == "required");
}

bool Calls(const Turn& turn) {
  return std::any_of(turn.messages.begin(), turn.messages.end(),
                     [](const PlacedMessage& placed) { return placed.message->tool_calls_size() > 0; });
}

bool Thought(const Turn& turn) {
  return std::any_of(turn.messages.begin(), turn.messages.end(),
                     [](const PlacedMessage& placed) { return !ThinkingBlocksOf(*placed.message).empty(); });
}

// Whether the latest turn called tools without having thought.
bool CalledUnthinking(const Conversation& conversation) {
  const auto latest = std::find_if(conversation.turns.rbegin(), conversation.turns.rend(),
                                   [](const Turn& turn) { return turn.assistant; });
  return latest != conversation.turns.rend() && Calls(*latest) && !Thought(*latest);
}

bool EndsWithAssistant(const Conversation& conversation) {
  return !conversation.turns.empty() && conversation.turns.back().assistant;
}

AnthropicThinking WithoutThinking(AnthropicModel model) {
  if (model.always_thinks) return {.dropped = true};
  return {.mode = model.thinks_unasked ? Mode::kDisabled : Mode::kUnsaid};
}

// What the caller's own `thinking` amounts to; nothing when there is none.
std::optional<AnthropicThinking> CallersThinking(const ExtraMembers& extra) {
  const auto* value = extra.Find("thinking");
  if (value == nullptr) return std::nullopt;
  AnthropicThinking out{.mode = Mode::kAdaptive};
  const auto& members = value->struct_value().fields();
  const auto type = members.find("type");
  if (type != members.end() && type->second.string_value() == "disabled") out.mode = Mode::kDisabled;
  const auto budget = members.find("budget_tokens");
  if (budget != members.end()) out.budget = Tokens(budget->second.number_value());
  return out;
}

}  // namespace

std::optional<std::int64_t> TokenLimit(const v1::ChatRequest& request, const ExtraMembers& extra) {
  if (const auto* own = extra.Find("max_tokens")) return Tokens(own->number_value());
  return TokenLimitOf(request);
}

std::optional<AnthropicThinking> PlanThinking(const v1::ChatRequest& request,
                                              const Conversation& conversation, AnthropicModel model,
                                              const ExtraMembers& extra, FieldError& error) {
  if (const auto callers = CallersThinking(extra)) return callers;
  const std::string_view effort = request.reasoning_effort();
  if (effort.empty()) return AnthropicThinking{};
  const auto budget = ReasoningBudget(effort);
  if (!budget) {
    error.Unsupported("reasoning_effort", "is no effort that Anthropic knows");
    return std::nullopt;
  }
  if (*budget == 0) return WithoutThinking(model);
  if (model.cannot_think || ForcesACall(request, extra) || EndsWithAssistant(conversation)) {
    return AnthropicThinking{.dropped = true};
  }
  if (model.adaptive) {
    return AnthropicThinking{
        .mode = Mode::kAdaptive, .budget = *budget, .effort = effort == "minimal" ? "low" : effort};
  }
  const auto limit = TokenLimit(request, extra);
  const std::int64_t affordable = limit ? std::min(*budget, std::max<std::int64_t>(*limit, 1) - 1) : *budget;
  if (affordable < kLeastBudget || CalledUnthinking(conversation)) return AnthropicThinking{.dropped = true};
  return AnthropicThinking{.mode = Mode::kBudget, .budget = affordable};
}

void WriteThinking(const AnthropicThinking& thinking, JsonWriter& json) {
  if (thinking.mode == Mode::kUnsaid) return;
  json.Key("thinking");
  json.BeginObject();
  switch (thinking.mode) {
    case Mode::kBudget:
      json.Field("type", "enabled");
      json.Key("budget_tokens");
      json.Int(thinking.budget);
      break;
    case Mode::kAdaptive:
      json.Field("type", "adaptive");
      break;
    default:
      json.Field("type", "disabled");
      break;
  }
  json.EndObject();
}

}  // namespace spillway::providers
