// The parts of an OpenAI request body -> the messages of ChatRequest. Pure.
//
// Strict where the answers' readers are tolerant: a caller's mistake is named, with its path in
// OpenAI's words. null means the same as nothing. Members without a field go to the nearest
// `extra`; where there is none, a content part or tool choice is kept whole as `other`, and a
// member of `json_schema` in the format's `extra.json_schema`.
#ifndef SPILLWAY_PROVIDERS_OPENAI_REQUEST_PARTS_H_
#define SPILLWAY_PROVIDERS_OPENAI_REQUEST_PARTS_H_

#include <boost/json.hpp>

#include "providers/field_error.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

[[nodiscard]] bool ReadRequestMessage(const boost::json::object& message, v1::Message& out,
                                      FieldError& error);

[[nodiscard]] bool ReadRequestPart(const boost::json::object& part, v1::ContentPart& out, FieldError& error);

[[nodiscard]] bool ReadRequestTool(const boost::json::object& tool, v1::Tool& out, FieldError& error);

[[nodiscard]] bool ReadToolChoice(const boost::json::value& choice, v1::ToolChoice& out, FieldError& error);

[[nodiscard]] bool ReadResponseFormat(const boost::json::object& format, v1::ResponseFormat& out,
                                      FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_REQUEST_PARTS_H_
