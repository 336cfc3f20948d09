// `logprobs` of a choice in OpenAI's dialect -> Logprobs. Pure.
#ifndef SPILLWAY_PROVIDERS_OPENAI_LOGPROBS_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_LOGPROBS_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Lists of tokens other than `content` and `refusal`, and lists whose tokens carry more than a
// TokenLogprob holds, are (also) kept in `extra` as they came.
void ReadOpenAiLogprobs(const boost::json::object& logprobs, v1::Logprobs& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_LOGPROBS_READER_H_
