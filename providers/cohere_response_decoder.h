// The response of Cohere's chat, version 2 -> ChatResponse, or how the attempt failed. Pure.
//
// Unreadable is an answer without a message, one whose message cannot be read, and one that neither says
// anything nor why it ended. An answer that ended in ERROR or TIMEOUT is a failure, with the error's own
// text where it is given. Cohere names neither model nor time.
#ifndef SPILLWAY_PROVIDERS_COHERE_RESPONSE_DECODER_H_
#define SPILLWAY_PROVIDERS_COHERE_RESPONSE_DECODER_H_

#include "providers/codec.h"

namespace spillway::providers {

Decoded DecodeCohereResponse(const HttpResponse& response, const DecodeContext& context);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_RESPONSE_DECODER_H_
