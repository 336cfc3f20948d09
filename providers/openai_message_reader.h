// A message in OpenAI's dialect -> Message, as providers answer it. Pure.
//
// Tolerant: a member of an unexpected type stays in `extra` under its own name, like one that has
// no field. Only what makes the answer itself unreadable is refused. null means the same as
// nothing, and so does "" for refusal and reasoning.
//
// Two things come under several names. Reasoning: `reasoning_content`, else `reasoning`, else the
// `thinking` parts of a list content. Text: a string, or the text parts of a list, joined; a list
// that holds more than text and reasoning is kept as it came in `extra.content`.
#ifndef SPILLWAY_PROVIDERS_OPENAI_MESSAGE_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_MESSAGE_READER_H_

#include <boost/json.hpp>
#include <string>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// False when the content is neither text, a list nor null; `problem` then says so.
[[nodiscard]] bool ReadOpenAiMessage(const boost::json::object& message, v1::Message& out,
                                     std::string& problem);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_MESSAGE_READER_H_
