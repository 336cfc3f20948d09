// ChatResponse -> the body of OpenAI's chat completion. A pure function, the inverse of
// openai_response_decoder.h.
//
// Whatever API the answer came from, the body fits OpenAI's published schema, since its clients read no
// other. What has no field of its own there is merged back at its level: every `extra`, an API's own
// members under that API's name among them. So reading the body again gives the same ChatResponse, but for
//   - what the schema demands and the answer lacks: `id`, `created` and `model` (the fallback's), the type
//     of a tool call (by what it calls, an empty function if nothing);
//   - members of an `extra` under the name of a member that the schema defines there: a provider's own
//     form of what the field says in OpenAI's (a message's content in parts, say). The field speaks. Tokens
//     with more to them than the schema has are the exception: they fit it, and come back as they were;
//   - what JSON cannot express, a number that is not finite: null, and -9999 for a log probability.
// `route` is not the body's: headers tell it.
#ifndef SPILLWAY_PROVIDERS_OPENAI_RESPONSE_ENCODER_H_
#define SPILLWAY_PROVIDERS_OPENAI_RESPONSE_ENCODER_H_

#include <string>

#include "providers/stream_decoder.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Never fails. `fallback`: what stands in for what the provider gave none of.
std::string EncodeOpenAiResponse(const v1::ChatResponse& response, const AnswerIdentity& fallback);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_RESPONSE_ENCODER_H_
