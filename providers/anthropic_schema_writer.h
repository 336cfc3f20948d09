// A JSON schema as Anthropic's structured output wants it: every object in it closed. Pure.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_SCHEMA_WRITER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_SCHEMA_WRITER_H_

#include "google/protobuf/struct.pb.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"

namespace spillway::providers {

// Writes `schema` with `additionalProperties: false` in each object that does not say otherwise: the schema
// itself, and those it is made of. What merely looks like a schema (`enum`, `default`, …) stays as it is.
// False, with the path in `error`, for what JSON cannot express.
[[nodiscard]] bool WriteClosedSchema(const google::protobuf::Struct& schema, JsonWriter& json,
                                     FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_SCHEMA_WRITER_H_
