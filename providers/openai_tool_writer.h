// Tools, the choice among them and the answer's format, in OpenAI's dialect. Pure functions that
// report the first field they cannot express through `error`, with its path.
#ifndef SPILLWAY_PROVIDERS_OPENAI_TOOL_WRITER_H_
#define SPILLWAY_PROVIDERS_OPENAI_TOOL_WRITER_H_

#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

[[nodiscard]] bool WriteOpenAiTool(const v1::Tool& tool, JsonWriter& json, FieldError& error);

[[nodiscard]] bool WriteOpenAiToolChoice(const v1::ToolChoice& choice, JsonWriter& json, FieldError& error);

[[nodiscard]] bool WriteOpenAiResponseFormat(const v1::ResponseFormat& format, JsonWriter& json,
                                             FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_TOOL_WRITER_H_
