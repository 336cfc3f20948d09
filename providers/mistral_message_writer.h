// A conversation in Mistral's form, which is OpenAI's with an order of its own. Pure.
//
// Mistral refuses a conversation in which roles follow one another as it does not expect. So:
//
//   - A system message right after an assistant's or a tool's goes to the front, behind the system messages
//     that are there already; all others stay where they are. Developers are the system.
//   - A user who speaks right after a tool is preceded by an assistant's "OK.": results want an answer first.
//   - An assistant's message that says nothing and calls nothing is left out.
//   - An assistant's message at the end is the beginning of the answer (`prefix`). Mistral's answer begins
//     with it, too.
//
// Ids of calls are nine letters and digits. A tool's result bears the name of the function called. Reasoning
// of earlier turns is not sent.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_MESSAGE_WRITER_H_
#define SPILLWAY_PROVIDERS_MISTRAL_MESSAGE_WRITER_H_

#include <google/protobuf/repeated_ptr_field.h>

#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// The list of `messages`, which are in today's dialect (legacy_functions.h). The path in `error` starts with
// "messages".
[[nodiscard]] bool WriteMistralMessages(const google::protobuf::RepeatedPtrField<v1::Message>& messages,
                                        JsonWriter& json, FieldError& error, DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_MESSAGE_WRITER_H_
