// A whole ChatRequest as the body of Anthropic's Messages request. A pure function.
//
// Straight into one string; the same request makes the same bytes, for the provider's prompt cache. What
// each field becomes, and which are left out or refused, is docs/providers.md's.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_REQUEST_ENCODER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_REQUEST_ENCODER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct AnthropicRequestOptions {
  // Replaces the request's own model unless empty.
  std::string_view model;
  // Whether the API's version takes `temperature` and `top_p`.
  bool takes_sampling = true;
  // Asks for a stream.
  bool stream = false;
};

struct AnthropicRequest {
  std::string body;
  // As EncodedRequest's.
  std::vector<std::string_view> dropped;
  // Whether it names an uploaded file.
  bool uses_files = false;
};

// Fails as Codec::Encode does.
absl::StatusOr<AnthropicRequest> EncodeAnthropicRequest(const v1::ChatRequest& request,
                                                        const AnthropicRequestOptions& options);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_REQUEST_ENCODER_H_
