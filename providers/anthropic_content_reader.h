// The content blocks of an Anthropic answer -> the message. Pure.
//
//   text                 content, joined
//   thinking, redacted   reasoning_content, joined; with their signatures in extra (thinking_blocks.h)
//   tool_use             tool_calls; what has no field there in ToolCall.extra.anthropic
//
// Nothing is lost: a block of another type (a server tool's use or result), or one that says more than the
// fields hold (a text's citations), is kept whole in Message.extra.anthropic.content, in its order. That
// is for the caller to read; it is not sent back.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_CONTENT_READER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_CONTENT_READER_H_

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// False, with what is wrong in `problem`, when a block is none, or a call has no name. `seed` is what ids are
// made from where the answer gives a call none: the same seed makes the same ids.
bool ReadAnthropicContent(const boost::json::array& content, std::string_view seed, v1::Message& out,
                          std::string& problem);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_CONTENT_READER_H_
