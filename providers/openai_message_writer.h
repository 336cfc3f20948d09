// A Message, and the parts of it, in OpenAI's dialect. Pure functions; the three of them report
// the first field JSON or the dialect cannot express through `error`, with its path.
#ifndef SPILLWAY_PROVIDERS_OPENAI_MESSAGE_WRITER_H_
#define SPILLWAY_PROVIDERS_OPENAI_MESSAGE_WRITER_H_

#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// An assistant turn that only called tools gets `content: null`: some servers want the name to
// be there. Members of an assistant turn's `extra` that bear the name of a field are left out:
// they are an answer as its provider wrote it (see openai_message_reader.h), come back as history,
// and the fields say the same in words every server knows. In other turns they are refused.
[[nodiscard]] bool WriteOpenAiMessage(const v1::Message& message, JsonWriter& json, FieldError& error);

[[nodiscard]] bool WriteOpenAiPart(const v1::ContentPart& part, JsonWriter& json, FieldError& error);

[[nodiscard]] bool WriteOpenAiToolCall(const v1::ToolCall& call, JsonWriter& json, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_MESSAGE_WRITER_H_
