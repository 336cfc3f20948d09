// A conversation in Cohere's form: OpenAI's roles and calls, but for what an assistant says beside them.
// Pure.
//
//   system, developer   system, where they stand; in a conversation of nothing else the last is the user's
//   user                text, or parts: text, images
//   assistant           content; of one that called tools the text is its `tool_plan`
//   tool                content as one string
//
// An assistant's message that says nothing and calls nothing is left out. Reasoning and citations of earlier
// turns are not sent. A tool's message may give its content in Cohere's form, documents to cite:
// extra.cohere.content.
#ifndef SPILLWAY_PROVIDERS_COHERE_MESSAGE_WRITER_H_
#define SPILLWAY_PROVIDERS_COHERE_MESSAGE_WRITER_H_

#include <google/protobuf/repeated_ptr_field.h>

#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// The list of `messages`, which are in today's dialect (legacy_functions.h). The path in `error` starts with
// "messages".
[[nodiscard]] bool WriteCohereMessages(const google::protobuf::RepeatedPtrField<v1::Message>& messages,
                                       JsonWriter& json, FieldError& error, DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_MESSAGE_WRITER_H_
