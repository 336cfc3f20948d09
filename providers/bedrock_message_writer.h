// The system's words and the turns of a conversation, as Bedrock's Converse wants them. Pure.
//
// Within a turn the results of tools come first, each assistant's message begins with its signed reasoning
// (thinking_blocks.h) if the model may be given any, and calls come after text. The `extra.bedrock` of a
// tool's message is written into its toolResult: {"status": "error"}.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_MESSAGE_WRITER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_MESSAGE_WRITER_H_

#include <string_view>
#include <vector>

#include "providers/bedrock_blocks.h"
#include "providers/turns.h"

namespace spillway::providers {

// The list of turns. What Bedrock does not take is named from "messages" on.
[[nodiscard]] bool WriteBedrockTurns(const std::vector<Turn>& turns, BedrockWriting& writing);

// The list of the system's blocks, `instruction` as the last one unless it is empty.
[[nodiscard]] bool WriteBedrockSystem(const std::vector<PlacedMessage>& system, std::string_view instruction,
                                      BedrockWriting& writing);

// The list of turns where nobody but the system spoke: its words, as the user's.
[[nodiscard]] bool WriteBedrockSystemAsTurn(const std::vector<PlacedMessage>& system,
                                            BedrockWriting& writing);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_MESSAGE_WRITER_H_
