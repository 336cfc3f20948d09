// A whole ChatRequest as the body of Mistral's chat completion request. A pure function.
//
// Mistral answers 422 to a member it does not know, so only what it knows is written: see
// docs/providers.md for each field. The caller's `extra` goes along as it stands.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_REQUEST_ENCODER_H_
#define SPILLWAY_PROVIDERS_MISTRAL_REQUEST_ENCODER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "providers/dropped_fields.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct MistralRequestOptions {
  // Replaces the request's own model unless empty.
  std::string_view model;
  // Asks for a stream. Its last chunk brings the usage unasked.
  bool stream = false;
};

// INVALID_ARGUMENT and UNIMPLEMENTED as in codec.h.
absl::StatusOr<std::string> EncodeMistralRequest(const v1::ChatRequest& request,
                                                 const MistralRequestOptions& options,
                                                 DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_REQUEST_ENCODER_H_
