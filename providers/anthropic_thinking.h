// Whether and how to ask one of Anthropic's models to think: `reasoning_effort` in its API's terms. Pure.
//
// Older models are given a budget of tokens, later ones an effort (anthropic_model.h). Thinking is left
// out, and with it the effort, where the API would refuse the request for it:
//
//   - the model cannot think;
//   - a call of a tool is forced;
//   - the conversation ends with the assistant's own words, to be continued;
//   - the limit of tokens leaves no room for the least budget;
//   - with a budget: the latest turn called tools, their results follow, and no signed thinking came with
//     the calls: another provider made them.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_THINKING_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_THINKING_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "providers/anthropic_model.h"
#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "providers/turns.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct AnthropicThinking {
  enum class Mode : std::uint8_t { kUnsaid, kDisabled, kBudget, kAdaptive };
  Mode mode = Mode::kUnsaid;
  // Tokens: of kBudget the budget itself, of kAdaptive an estimate to set a limit by.
  std::int64_t budget = 0;
  // Of kAdaptive.
  std::string_view effort;
  // The caller asked for an effort that cannot be had here.
  bool dropped = false;

  bool on() const { return mode == Mode::kBudget || mode == Mode::kAdaptive; }
};

// The limit of generated tokens that the caller gave, if any.
std::optional<std::int64_t> TokenLimit(const v1::ChatRequest& request, const ExtraMembers& extra);

// The caller's own `thinking`, in `extra`, goes before what would be made of an effort. Nothing, with `error`
// set, for an effort that is not known.
std::optional<AnthropicThinking> PlanThinking(const v1::ChatRequest& request,
                                              const Conversation& conversation, AnthropicModel model,
                                              const ExtraMembers& extra, FieldError& error);

// The member `thinking`, unless nothing is to be said.
void WriteThinking(const AnthropicThinking& thinking, JsonWriter& json);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_THINKING_H_
