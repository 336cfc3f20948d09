// A whole ChatRequest as the body of Gemini's generateContent, which is streamGenerateContent's as well. A
// pure function.
//
// docs/providers.md says field by field what is mapped, dropped and refused.
#ifndef SPILLWAY_PROVIDERS_GEMINI_REQUEST_ENCODER_H_
#define SPILLWAY_PROVIDERS_GEMINI_REQUEST_ENCODER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "providers/gemini_target.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct GeminiRequest {
  std::string body;
  // See EncodedRequest.
  std::vector<std::string_view> dropped;
};

// INVALID_ARGUMENT for what no target could take, UNIMPLEMENTED for what Gemini or the target's model cannot
// do; both name the field.
absl::StatusOr<GeminiRequest> EncodeGeminiRequest(const v1::ChatRequest& request, const GeminiTarget& target);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_REQUEST_ENCODER_H_
