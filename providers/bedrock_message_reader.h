// The message of an answer of Bedrock's Converse -> Message. Pure.
//
//   text, citationsContent   content, joined
//   toolUse                  a tool call; one that Bedrock itself sees to is kept as it is
//   reasoningContent         reasoning_content; with its signature, or unreadable, also among the thinking
//                            blocks (thinking_blocks.h), for the next turn
//
// Every block of another kind, or with members that have no place above, is kept whole in
// extra.bedrock.content.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_MESSAGE_READER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_MESSAGE_READER_H_

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// `message` holds a list `content`. `seed` is unique to the answer: calls without an id get one made from it.
// False, with the reason in `problem`, for what is no message: a block that is no object, a call without a
// name.
[[nodiscard]] bool ReadBedrockMessage(const boost::json::object& message, std::string_view seed,
                                      v1::Message& out, std::string& problem);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_MESSAGE_READER_H_
