// A whole ChatRequest as the body of a call of Bedrock's Converse. A pure function.
//
// The model is in the URL, and decides what may be said: see bedrock_model.h. What becomes of each field is
// in docs/providers.md.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_REQUEST_ENCODER_H_
#define SPILLWAY_PROVIDERS_BEDROCK_REQUEST_ENCODER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct BedrockBody {
  std::string text;
  // As EncodedRequest.dropped.
  std::vector<std::string_view> dropped;
};

// INVALID_ARGUMENT or UNIMPLEMENTED, as Codec::Encode, naming the field.
absl::StatusOr<BedrockBody> EncodeBedrockRequest(const v1::ChatRequest& request, std::string_view model);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_REQUEST_ENCODER_H_
