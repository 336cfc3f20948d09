#include "providers/gemini_codec.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "providers/event_decoder.h"
#include "providers/gemini_request_encoder.h"
#include "providers/gemini_response_decoder.h"
#include "providers/gemini_stream_decoder.h"
#include "providers/json_post.h"

namespace spillway::providers {

GeminiCodec::GeminiCodec(TargetSpec spec) : model_(std::move(spec.model)), paths_(spec.base_path) {
  path_ = spec.path.empty() ? paths_.For(model_).value_or("") : spec.path;
  stream_path_ = spec.path.empty() ? paths_.ForStream(model_).value_or("") : spec.path;
}

absl::StatusOr<EncodedRequest> GeminiCodec::Encode(const v1::ChatRequest& request) const {
  return EncodeTo(path_, false, request);
}

absl::StatusOr<EncodedRequest> GeminiCodec::EncodeStream(const v1::ChatRequest& request) const {
  auto encoded = EncodeTo(stream_path_, true, request);
  if (encoded.ok()) Accept(kEventStream, *encoded);
  return encoded;
}

absl::StatusOr<EncodedRequest> GeminiCodec::EncodeTo(const std::string& fixed_path, bool stream,
                                                     const v1::ChatRequest& request) const {
  const std::string& model = model_.empty() ? request.model() : model_;
  std::string path = fixed_path;
  if (path.empty()) path = (stream ? paths_.ForStream(model) : paths_.For(model)).value_or("");
  if (path.empty()) return absl::InvalidArgumentError("model cannot be part of a URL");
  const GeminiTarget target{
      .model = GeminiModelOf(model), .vertex = IsVertexPath(path), .preview = IsPreviewPath(path)};
  absl::StatusOr<GeminiRequest> encoded = EncodeGeminiRequest(request, target);
  if (!encoded.ok()) return encoded.status();
  EncodedRequest out = JsonPost(std::move(path), std::move(encoded->body), std::move(encoded->dropped));
  out.choices = std::max(1, request.n());
  return out;
}

Decoded GeminiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeGeminiResponse(response, context);
}

// A list may be a stream, too.
std::unique_ptr<StreamDecoder> GeminiCodec::NewStreamDecoder(HttpResponse head,
                                                             const StreamContext& context) const {
  return StreamOrWhole(*this, head, context, std::make_unique<GeminiStreamDecoder>(head, context), "{<");
}

}  // namespace spillway::providers
