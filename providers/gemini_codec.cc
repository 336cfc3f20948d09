#include "providers/gemini_codec.h"

#include <utility>

#include "absl/status/status.h"
#include "providers/gemini_request_encoder.h"
#include "providers/gemini_response_decoder.h"
#include "providers/json_post.h"

namespace spillway::providers {

GeminiCodec::GeminiCodec(TargetSpec spec) : model_(std::move(spec.model)), paths_(spec.base_path) {
  path_ = spec.path.empty() ? paths_.For(model_).value_or("") : std::move(spec.path);
}

absl::StatusOr<EncodedRequest> GeminiCodec::Encode(const v1::ChatRequest& request) const {
  const std::string& model = model_.empty() ? request.model() : model_;
  std::string path = path_.empty() ? paths_.For(model).value_or("") : path_;
  if (path.empty()) return absl::InvalidArgumentError("model cannot be part of a URL");
  const GeminiTarget target{
      .model = GeminiModelOf(model), .vertex = IsVertexPath(path), .preview = IsPreviewPath(path)};
  absl::StatusOr<GeminiRequest> encoded = EncodeGeminiRequest(request, target);
  if (!encoded.ok()) return encoded.status();
  return JsonPost(std::move(path), std::move(encoded->body), std::move(encoded->dropped));
}

Decoded GeminiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeGeminiResponse(response, context);
}

}  // namespace spillway::providers
