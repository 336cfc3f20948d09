// Logprobs as a choice's `logprobs` in OpenAI's dialect: the inverse of openai_logprobs_reader.h. Pure.
#ifndef SPILLWAY_PROVIDERS_OPENAI_LOGPROBS_WRITER_H_
#define SPILLWAY_PROVIDERS_OPENAI_LOGPROBS_WRITER_H_

#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// As a value. A list of tokens that `extra` has too is written as it stands there: its tokens carry more than
// a TokenLogprob holds. A log probability that is not finite becomes -9999, OpenAI's own word for "unlikely".
void WriteOpenAiLogprobs(const v1::Logprobs& logprobs, JsonWriter& json);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_LOGPROBS_WRITER_H_
