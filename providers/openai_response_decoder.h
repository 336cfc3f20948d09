// The response of OpenAI's chat completion, and of everything compatible with it, ->
// ChatResponse, or how the attempt failed. Pure.
//
// What makes an answer unreadable, and so a failure of its own (`malformed`): no JSON object, no
// choices, a choice without a message (unless the content filter took it), a message that says
// nothing and does not say why it ended. JSON that stops before its end is `truncated`. A body
// that reports an error under status 200 is that error.
//
// A choice without a finish reason that does hold an answer is `stop`: the document is whole, so
// nothing was cut off. Dropped are `object`, null members with a field of their own, and the
// spelling of a finish reason where the provider gives a native one beside it.
#ifndef SPILLWAY_PROVIDERS_OPENAI_RESPONSE_DECODER_H_
#define SPILLWAY_PROVIDERS_OPENAI_RESPONSE_DECODER_H_

#include <optional>

#include "providers/codec.h"

namespace spillway::providers {

Decoded DecodeOpenAiResponse(const HttpResponse& response, const DecodeContext& context);

// The same as Codec::DecodeInto.
std::optional<router::FailedAttempt> ReadOpenAiResponse(const HttpResponse& response,
                                                        const DecodeContext& context, v1::ChatResponse& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_RESPONSE_DECODER_H_
