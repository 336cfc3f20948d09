// A part of a user's message, in Mistral's form. Pure.
//
//   text, refusal         text
//   image_url             image_url
//   input_audio           input_audio, the base64 itself
//   file: inline PDF      document_url, a data URL
//   file: file_id         file, unless it is an id of OpenAI's
//   other                 as it stands where its type is one of Mistral's
//
// Everything else is refused as unsupported.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_PART_WRITER_H_
#define SPILLWAY_PROVIDERS_MISTRAL_PART_WRITER_H_

#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

[[nodiscard]] bool WriteMistralPart(const v1::ContentPart& part, JsonWriter& json, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_PART_WRITER_H_
