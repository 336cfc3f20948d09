#include "providers/openai_codec.h"

#include <utility>

#include "providers/openai_request_encoder.h"
#include "providers/openai_response_decoder.h"

namespace spillway::providers {

OpenAiCodec::OpenAiCodec(TargetSpec spec)
    : model_(std::move(spec.model)),
      path_(spec.path.empty() ? spec.base_path + "/chat/completions" : std::move(spec.path)) {}

absl::StatusOr<HttpRequest> OpenAiCodec::Encode(const v1::ChatRequest& request) const {
  auto body = EncodeOpenAiRequest(request, {.model = model_});
  if (!body.ok()) return body.status();
  return HttpRequest{.path = path_,
                     .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                     .body = *std::move(body)};
}

Decoded OpenAiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeOpenAiResponse(response, context);
}

}  // namespace spillway::providers
