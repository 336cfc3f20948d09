// The response of Gemini's generateContent -> ChatResponse, or how the attempt failed. Pure.
//
// A candidate is a choice. A candidate that ended for SAFETY and its kin is an answer that ended with
// `content_filter`, even without a word; a prompt that was blocked is no answer but the failure
// `content_filter`. One candidate that broke down (MALFORMED_FUNCTION_CALL, …) makes the whole answer fail;
// so does an answer without candidates that counted tokens.
//
// Members that have no field are kept in the `extra` of their level. Dropped are the role of a candidate's
// content, which is always `model`, and thoughts' marks.
#ifndef SPILLWAY_PROVIDERS_GEMINI_RESPONSE_DECODER_H_
#define SPILLWAY_PROVIDERS_GEMINI_RESPONSE_DECODER_H_

#include "providers/codec.h"

namespace spillway::providers {

Decoded DecodeGeminiResponse(const HttpResponse& response, const DecodeContext& context);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_RESPONSE_DECODER_H_
