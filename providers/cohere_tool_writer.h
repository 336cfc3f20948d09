// Tools, the choice among them and the answer's format, as members of a request to Cohere. Pure functions
// that report the first field they cannot express through `error`, with its whole path.
#ifndef SPILLWAY_PROVIDERS_COHERE_TOOL_WRITER_H_
#define SPILLWAY_PROVIDERS_COHERE_TOOL_WRITER_H_

#include "providers/body_writer.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `tools`, `strict_tools` where all of them are strict, and `tool_choice`; none of them without tools. A
// function can be chosen only where it is the only one.
[[nodiscard]] bool WriteCohereTools(const v1::ChatRequest& request, BodyWriter& body, FieldError& error,
                                    DroppedFields& dropped);

// `response_format`, unless it is text. Cohere has one kind of JSON, with a schema or without, and refuses it
// beside tools.
[[nodiscard]] bool WriteCohereFormat(const v1::ChatRequest& request, BodyWriter& body, FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_TOOL_WRITER_H_
