// A whole ChatRequest as the body of Cohere's chat request, version 2. A pure function.
//
// Cohere answers 400 to a member it does not know, so only what it knows is written: see
// docs/providers.md for each field. The caller's `extra` goes along as it stands, but for `top_k`, which is
// Cohere's `k`.
#ifndef SPILLWAY_PROVIDERS_COHERE_REQUEST_ENCODER_H_
#define SPILLWAY_PROVIDERS_COHERE_REQUEST_ENCODER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "providers/dropped_fields.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

struct CohereRequestOptions {
  // Replaces the request's own model unless empty.
  std::string_view model;
  // Asks for a stream.
  bool stream = false;
};

// INVALID_ARGUMENT and UNIMPLEMENTED as in codec.h.
absl::StatusOr<std::string> EncodeCohereRequest(const v1::ChatRequest& request,
                                                const CohereRequestOptions& options, DroppedFields& dropped);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_REQUEST_ENCODER_H_
