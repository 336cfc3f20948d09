// Tool and function calls in OpenAI's dialect -> ToolCall and FunctionCall. Pure.
//
// Nothing is lost: what has no field goes to `extra`, and what sits inside `function`, `custom`
// or `function_call` beside their two texts goes to the owner's `extra` under that name.
// Arguments are the text the model wrote; a server that parsed them gets them written out again.
#ifndef SPILLWAY_PROVIDERS_OPENAI_CALL_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_CALL_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// One element of `tool_calls`. An empty `custom` beside a `function`, as some servers send it, is
// no call; nor is the reverse in a call of type `custom`.
void ReadOpenAiToolCall(const boost::json::object& call, v1::ToolCall& out);
// The same for a piece of one in a stream, but for its `index`.
void ReadOpenAiToolCall(const boost::json::object& call, v1::ToolCallDelta& out);

// The legacy `function_call` of a message. One with nothing but empty texts is no call.
void ReadOpenAiFunctionCall(const boost::json::object& call, v1::Message& out);
void ReadOpenAiFunctionCall(const boost::json::object& call, v1::Delta& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_CALL_READER_H_
