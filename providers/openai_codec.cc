#include "providers/openai_codec.h"

#include <utility>

#include "providers/json_post.h"
#include "providers/openai_response_decoder.h"

namespace spillway::providers {

absl::StatusOr<EncodedRequest> OpenAiExchange(const v1::ChatRequest& request,
                                              const OpenAiRequestOptions& options, std::string path) {
  auto body = EncodeOpenAiRequest(request, options);
  if (!body.ok()) return body.status();
  return JsonPost(std::move(path), *std::move(body));
}

OpenAiCodec::OpenAiCodec(TargetSpec spec)
    : model_(std::move(spec.model)),
      path_(spec.path.empty() ? spec.base_path + "/chat/completions" : std::move(spec.path)) {}

absl::StatusOr<EncodedRequest> OpenAiCodec::Encode(const v1::ChatRequest& request) const {
  return OpenAiExchange(request, {.model = model_}, path_);
}

Decoded OpenAiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeOpenAiResponse(response, context);
}

}  // namespace spillway::providers
