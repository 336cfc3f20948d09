// The legacy function dialect (`functions`' one call an answer) in terms of tools. Pure.
#ifndef SPILLWAY_PROVIDERS_LEGACY_FUNCTIONS_H_
#define SPILLWAY_PROVIDERS_LEGACY_FUNCTIONS_H_

#include <optional>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// A copy of `request` in which an assistant's `function_call` is a tool call, with an id made from its
// place, and a function's message is the result of the latest call of that name. Nothing when the request
// is in today's dialect already, which nearly all are.
std::optional<v1::ChatRequest> WithoutLegacyFunctions(const v1::ChatRequest& request);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_LEGACY_FUNCTIONS_H_
