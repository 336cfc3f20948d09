// The response of Anthropic's Messages -> ChatResponse, or how the attempt failed. Pure.
//
// One choice. `stop_sequence` and `stop_details` are kept in its `extra`, the provider's word for its end
// in `extra.native_finish_reason`; `usage.service_tier` becomes the answer's. Anthropic says no time.
// Unreadable, and so a failure (`malformed`): no list of content, a block that is no object, a tool call
// without a name, nothing said and no reason to have ended.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_RESPONSE_DECODER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_RESPONSE_DECODER_H_

#include "providers/codec.h"

namespace spillway::providers {

Decoded DecodeAnthropicResponse(const HttpResponse& response, const DecodeContext& context);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_RESPONSE_DECODER_H_
