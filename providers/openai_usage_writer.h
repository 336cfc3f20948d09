// Usage as OpenAI's `usage`: the inverse of openai_usage_reader.h. Pure.
#ifndef SPILLWAY_PROVIDERS_OPENAI_USAGE_WRITER_H_
#define SPILLWAY_PROVIDERS_OPENAI_USAGE_WRITER_H_

#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// As a value. The cached and the reasoning tokens stand in the details, which are always there: OpenAI's
// clients look there without asking.
void WriteOpenAiUsage(const v1::Usage& usage, JsonWriter& json);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_USAGE_WRITER_H_
