// Tools and the choice among them as Gemini's `tools` and `toolConfig`. Pure functions that report the first
// field they cannot express through `error`, with its path.
//
// What `extra` has under those names counts: `tools` is replaced whole, `toolConfig` member by member.
#ifndef SPILLWAY_PROVIDERS_GEMINI_TOOL_WRITER_H_
#define SPILLWAY_PROVIDERS_GEMINI_TOOL_WRITER_H_

#include "providers/dropped_fields.h"
#include "providers/extra_members.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Each writes its member into the body being written, if there is anything to say.
[[nodiscard]] bool WriteGeminiTools(const v1::ChatRequest& request, const ExtraMembers& extra,
                                    JsonWriter& json, DroppedFields& dropped, FieldError& error);
[[nodiscard]] bool WriteGeminiToolConfig(const v1::ChatRequest& request, const ExtraMembers& extra,
                                         JsonWriter& json, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_TOOL_WRITER_H_
