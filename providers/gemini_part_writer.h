// The content parts of a message as the parts of a Gemini content. Pure functions that report the first part
// they cannot express through `error`, with its path.
#ifndef SPILLWAY_PROVIDERS_GEMINI_PART_WRITER_H_
#define SPILLWAY_PROVIDERS_GEMINI_PART_WRITER_H_

#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/gemini_target.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// {"text": …}, with the signature unless it is empty. Nothing when both are.
void WriteGeminiText(std::string_view text, std::string_view signature, JsonWriter& json);

// A part of any kind; a text or refusal that is empty is nothing. The members of its `extra.gemini` go along
// (`videoMetadata`, `mediaResolution`, …).
[[nodiscard]] bool WriteGeminiPart(const v1::ContentPart& part, const GeminiTarget& target, JsonWriter& json,
                                   DroppedFields& dropped, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_PART_WRITER_H_
