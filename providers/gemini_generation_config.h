// How Gemini is to generate: sampling, limits, the answer's form, thinking. Pure.
//
// What `extra` has in `generationConfig` counts, member by member; in `thinkingConfig` too. `extra.top_k` is
// put here, where this API has it.
#ifndef SPILLWAY_PROVIDERS_GEMINI_GENERATION_CONFIG_H_
#define SPILLWAY_PROVIDERS_GEMINI_GENERATION_CONFIG_H_

#include "providers/dropped_fields.h"
#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/gemini_target.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Writes `generationConfig` into the body being written, if there is anything to say.
[[nodiscard]] bool WriteGeminiGenerationConfig(const v1::ChatRequest& request, const GeminiTarget& target,
                                               const ExtraMembers& extra, JsonWriter& json,
                                               DroppedFields& dropped, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_GENERATION_CONFIG_H_
