// Whether a request to Claude at Bedrock thinks, and with which budget. Pure.
//
// The conditions are Anthropic's: at least 1,024 tokens and fewer than the answer may have; a tool may not be
// forced; and where the latest turn of the assistant's called tools, it must hold its signed reasoning
// (thinking_blocks.h). Where one is not met, the model answers without.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_THINKING_H_
#define SPILLWAY_PROVIDERS_BEDROCK_THINKING_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "providers/bedrock_model.h"
#include "providers/field_error.h"
#include "providers/turns.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct BedrockThinking {
  // In tokens; 0: it does not think.
  std::int64_t budget = 0;
  // `reasoning_effort` asked for it in vain.
  bool dropped = false;
};

// Nothing, with `error` set, for an effort that is no known word.
std::optional<BedrockThinking> PlanBedrockThinking(const v1::ChatRequest& request,
                                                   const std::vector<Turn>& turns, const BedrockModel& model,
                                                   FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_THINKING_H_
