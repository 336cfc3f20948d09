// What of a request Anthropic's API has no word for, whatever its value: refused, or left out. Pure.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_REFUSALS_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_REFUSALS_H_

#include "providers/anthropic_model.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/turns.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// False, with the field in `error`, for what Anthropic cannot do and an answer without would not be one, and
// for mistakes that would otherwise go unseen.
[[nodiscard]] bool CheckAnthropicCan(const v1::ChatRequest& request, const Conversation& conversation,
                                     AnthropicModel model, FieldError& error);

// Reports the hints that are left out: without them an answer is still one.
void DropAnthropicHints(const v1::ChatRequest& request, DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_REFUSALS_H_
