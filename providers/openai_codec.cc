#include "providers/openai_codec.h"

#include <utility>

#include "providers/openai_request_encoder.h"
#include "providers/openai_response_decoder.h"

namespace spillway::providers {

absl::StatusOr<HttpRequest> OpenAiExchange(const v1::ChatRequest& request, std::string_view model,
                                           std::string path) {
  auto body = EncodeOpenAiRequest(request, {.model = model});
  if (!body.ok()) return body.status();
  return HttpRequest{.path = std::move(path),
                     .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                     .body = *std::move(body)};
}

OpenAiCodec::OpenAiCodec(TargetSpec spec)
    : model_(std::move(spec.model)),
      path_(spec.path.empty() ? spec.base_path + "/chat/completions" : std::move(spec.path)) {}

absl::StatusOr<HttpRequest> OpenAiCodec::Encode(const v1::ChatRequest& request) const {
  return OpenAiExchange(request, model_, path_);
}

Decoded OpenAiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeOpenAiResponse(response, context);
}

}  // namespace spillway::providers
