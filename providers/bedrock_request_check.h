// What a ChatRequest may ask for that Bedrock's Converse has no word for: refused, or dropped. Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_REQUEST_CHECK_H_
#define SPILLWAY_PROVIDERS_BEDROCK_REQUEST_CHECK_H_

#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// False, naming the field, for a mistake that no API could take, and for what an answer without would be no
// answer to: several choices, log probabilities, audio, web search, …
[[nodiscard]] bool CheckForBedrock(const v1::ChatRequest& request, FieldError& error);

// The hints whose fate depends on nothing else in the request.
void DropForBedrock(const v1::ChatRequest& request, DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_REQUEST_CHECK_H_
