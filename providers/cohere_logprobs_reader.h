// Cohere's `logprobs` -> Logprobs. Pure.
#ifndef SPILLWAY_PROVIDERS_COHERE_LOGPROBS_READER_H_
#define SPILLWAY_PROVIDERS_COHERE_LOGPROBS_READER_H_

#include <boost/json.hpp>

#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Cohere gives chunks of text with the probabilities of the tokens in them, not the tokens' own texts. A
// chunk becomes one token whose log probability is the sum; all that was given is kept in `extra.chunks`.
void ReadCohereLogprobs(const boost::json::array& chunks, v1::Logprobs& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_LOGPROBS_READER_H_
