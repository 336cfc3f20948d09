// The shape of the answer, the processing tier and the tags, in the words of Bedrock's Converse. Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_OUTPUT_WRITER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_OUTPUT_WRITER_H_

#include <string_view>

#include "providers/bedrock_blocks.h"
#include "providers/extra_members.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// What to say to the model where the caller wants any JSON object: Converse knows schemas alone. Else empty.
std::string_view BedrockInstruction(const v1::ChatRequest& request);

// outputConfig, for a JSON schema, which travels as text; with what `extra` adds to it.
[[nodiscard]] bool WriteBedrockOutputConfig(const v1::ChatRequest& request, const ExtraMembers& extra,
                                            JsonWriter& json, FieldError& error);

// serviceTier, for the tiers that Bedrock has, too; others are dropped.
void WriteBedrockServiceTier(const v1::ChatRequest& request, JsonWriter& json, DroppedFields& dropped);

// requestMetadata, of those entries that Bedrock takes; `metadata` counts as dropped when it is not all.
[[nodiscard]] bool WriteBedrockMetadata(const v1::ChatRequest& request, const ExtraMembers& extra,
                                        BedrockWriting& writing);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_OUTPUT_WRITER_H_
