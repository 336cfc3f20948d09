// The fields of a request that are hints, and what becomes of those an API has no word for. Pure.
//
// A hint asks for something when it is set to more than the default: `store: false`, penalties of 0 and
// `service_tier: auto` ask for nothing, and leaving them out is nothing to report.
#ifndef SPILLWAY_PROVIDERS_HINTS_H_
#define SPILLWAY_PROVIDERS_HINTS_H_

#include <initializer_list>
#include <string_view>

#include "providers/dropped_fields.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Reports every top-level hint that asks for something, but for those in `seen_to`: the codec writes them, or
// reports them itself. Hints are seed, presence_penalty, frequency_penalty, user, safety_identifier,
// metadata, store, service_tier, verbosity, parallel_tool_calls, prediction, prompt_cache_key and
// prompt_cache_retention.
void DropHints(const v1::ChatRequest& request, std::initializer_list<std::string_view> seen_to,
               DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_HINTS_H_
