// The assistant's turn of an answer, whole or a piece of it, in OpenAI's dialect. Pure.
//
// The inverse of openai_message_reader.h and openai_delta_reader.h; what is left out, and why, says
// openai_response_encoder.h. Beside openai_message_writer.h, which writes the turns of a request: there a
// fault is the caller's and is named, here nothing can be at fault.
#ifndef SPILLWAY_PROVIDERS_OPENAI_ANSWER_WRITER_H_
#define SPILLWAY_PROVIDERS_OPENAI_ANSWER_WRITER_H_

#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// A choice's `message`, as a value. Parts that are all text are one text, others a list.
void WriteOpenAiAnswer(const v1::Message& message, JsonWriter& json);

// A choice's `delta`.
void WriteOpenAiAnswer(const v1::Delta& delta, JsonWriter& json);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_ANSWER_WRITER_H_
