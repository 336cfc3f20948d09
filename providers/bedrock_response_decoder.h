// The response of Bedrock's Converse -> ChatResponse, or how the attempt failed. Pure.
//
// Converse gives no id, no model and no time: the id is that of the exchange (x-amzn-requestid). Of the body
// everything without a field is kept under its own name: metrics, trace, performanceConfig and
// additionalModelResponseFields in ChatResponse.extra, a message's in Message.extra.bedrock.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_RESPONSE_DECODER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_RESPONSE_DECODER_H_

#include "providers/codec.h"

namespace spillway::providers {

Decoded DecodeBedrockResponse(const HttpResponse& response, const DecodeContext& context);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_RESPONSE_DECODER_H_
