// One content block of an Anthropic answer, whole. Pure.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_READER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_READER_H_

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// A block of type `tool_use`; what has no field goes to the call's `extra.anthropic`. Where it has no id, one
// is made of `seed` and of `place`, which counts the answer's calls from 1. False: it has no name.
[[nodiscard]] bool ReadAnthropicCall(const boost::json::object& block, std::string_view seed,
                                     std::uint64_t place, v1::ToolCall& out);

// Adds to `out.extra` what a block of any other type says beside its text: signed and redacted thinking
// (thinking_blocks.h), and in `anthropic.content` the whole block, where the fields cannot hold it.
void KeepAnthropicBlock(const boost::json::object& block, v1::Message& out);

// The text that `block` holds under `name`; empty when it holds none.
std::string_view AnthropicText(const boost::json::object& block, std::string_view name);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_BLOCK_READER_H_
