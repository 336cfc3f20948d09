// The signed reasoning of Anthropic's models, wherever they are served, kept in a message for the next turn.
//
// A turn that thought and then called tools must be sent back with its thinking unchanged, signature
// included; Anthropic's API and Bedrock check the signature and take each other's. So both keep it in one
// place, Message.extra.anthropic.thinking_blocks, in Anthropic's form:
//
//   [{"type": "thinking", "thinking": TEXT, "signature": S}, {"type": "redacted_thinking", "data": D}]
//
// Other APIs pass it over (api_name.h). Pure.
#ifndef SPILLWAY_PROVIDERS_THINKING_BLOCKS_H_
#define SPILLWAY_PROVIDERS_THINKING_BLOCKS_H_

#include <string_view>
#include <vector>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct ThinkingBlock {
  // Of a redacted block the data, and no text and no signature.
  std::string_view text;
  std::string_view signature;
  std::string_view redacted;
};

// Those of `message` that are whole: signed text, or data. Views into it.
std::vector<ThinkingBlock> ThinkingBlocksOf(const v1::Message& message);

// Adds one at the end.
void AddThinkingBlock(const ThinkingBlock& block, v1::Message& message);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_THINKING_BLOCKS_H_
