// Tools, the choice among them and the answer's format, as members of a request to Mistral. Pure functions
// that report the first field they cannot express through `error`, with its whole path.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_TOOL_WRITER_H_
#define SPILLWAY_PROVIDERS_MISTRAL_TOOL_WRITER_H_

#include "providers/body_writer.h"
#include "providers/field_error.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `tools`, `tool_choice` and `parallel_tool_calls`; none of them without tools.
[[nodiscard]] bool WriteMistralTools(const v1::ChatRequest& request, BodyWriter& body, FieldError& error);

// `response_format`, unless it is text.
[[nodiscard]] bool WriteMistralFormat(const v1::ChatRequest& request, BodyWriter& body, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_TOOL_WRITER_H_
