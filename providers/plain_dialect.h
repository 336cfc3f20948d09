// What Mistral and Cohere took over from OpenAI's dialect: text and images, function tools, calls. Pure.
//
// Both refuse any member they do not know. So nothing is written but what is listed here, and what `extra`
// gives under the API's own name.
#ifndef SPILLWAY_PROVIDERS_PLAIN_DIALECT_H_
#define SPILLWAY_PROVIDERS_PLAIN_DIALECT_H_

#include <string>
#include <string_view>

#include "providers/body_writer.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

struct PlainDialect {
  v1::Api api;
  // What is said of a field the API has no word for: "is more than Mistral can do".
  std::string_view beyond;
  // Whether a function may be `strict`.
  bool strict;
};

// {"type": "text" | "image_url", …}; a refusal is text. All other parts are refused as unsupported.
[[nodiscard]] bool WritePlainPart(const v1::ContentPart& part, const PlainDialect& dialect, JsonWriter& json,
                                  FieldError& error);

// [{"type": "function", "function": {name, description, parameters}}, …]; a function without parameters gets
// the schema of an object without members, which both demand. Custom tools are refused as unsupported.
//
// They are the member `tools`; the path in `error` starts with it.
[[nodiscard]] bool WritePlainTools(const v1::ChatRequest& request, const PlainDialect& dialect,
                                   BodyWriter& body, FieldError& error);

// {"id": id, "type": "function", "function": {name, arguments}}, the arguments as the text of an object
// whatever the model wrote: both parse them. Custom calls are refused as unsupported.
[[nodiscard]] bool WritePlainCall(const v1::ToolCall& call, std::string_view id, const PlainDialect& dialect,
                                  JsonWriter& json, FieldError& error);

// What an assistant's message says: its text and its refusal, a blank line between them.
std::string SpokenText(const v1::Message& message);

// Whether a message is an assistant's that neither says nor calls anything: both refuse empty ones.
bool IsSilent(const v1::Message& message);

// False unless an assistant's, a tool's or the system's message is all text, which is all that both take of
// those. Reasoning in it, as a part of type `thinking`, is passed over.
[[nodiscard]] bool CheckOnlyText(const v1::Message& message, const PlainDialect& dialect, FieldError& error);

// False for what neither has and what cannot be left out: logit_bias, audio, web search, other modalities
// than text.
[[nodiscard]] bool CheckPlainLimits(const v1::ChatRequest& request, const PlainDialect& dialect,
                                    FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_PLAIN_DIALECT_H_
