// Tools and the choice among them, as the toolConfig of Bedrock's Converse. Pure.
//
// Bedrock knows no choice "none", and wants a toolConfig whenever a turn calls a tool or holds a result. So
// "none" leaves the tools out, unless the conversation holds calls: then they stay and the choice is dropped.
// A conversation with calls, but no tools, gets a specification of each name called, and of no arguments.
// The choice "auto" is what happens without one, and is not written: not every model knows the word.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_TOOL_WRITER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_TOOL_WRITER_H_

#include "providers/bedrock_blocks.h"
#include "providers/extra_members.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Whether the model will have to call a tool.
bool ForcesToolCall(const v1::ChatRequest& request);

// The member toolConfig, if there is anything to say in it. `extra` is what the caller adds to it.
[[nodiscard]] bool WriteBedrockTools(const v1::ChatRequest& request, const ExtraMembers& extra,
                                     BedrockWriting& writing);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_TOOL_WRITER_H_
