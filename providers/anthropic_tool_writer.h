// Tools, and the choice among them, as Anthropic's API takes them. Pure functions that report the first
// field they cannot express through `error`, with its path.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_TOOL_WRITER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_TOOL_WRITER_H_

#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

[[nodiscard]] bool WriteAnthropicTool(const v1::Tool& tool, JsonWriter& json, FieldError& error);

// The member `tool_choice`, where `request` says more than the API's default. For a request with tools.
[[nodiscard]] bool WriteAnthropicToolChoice(const v1::ChatRequest& request, JsonWriter& json,
                                            FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_TOOL_WRITER_H_
