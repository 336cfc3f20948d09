#include "providers/bedrock_codec.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "providers/bedrock_request_encoder.h"
#include "providers/bedrock_response_decoder.h"
#include "providers/bedrock_stream_decoder.h"
#include "providers/event_decoder.h"
#include "providers/json_post.h"
#include "providers/percent_encoding.h"

namespace spillway::providers {

BedrockCodec::BedrockCodec(TargetSpec spec)
    : model_(std::move(spec.model)), base_path_(std::move(spec.base_path)), path_(std::move(spec.path)) {}

absl::StatusOr<EncodedRequest> BedrockCodec::Encode(const v1::ChatRequest& request) const {
  return EncodeTo("converse", request);
}

absl::StatusOr<EncodedRequest> BedrockCodec::EncodeStream(const v1::ChatRequest& request) const {
  auto encoded = EncodeTo("converse-stream", request);
  if (encoded.ok()) Accept("application/vnd.amazon.eventstream", *encoded);
  return encoded;
}

absl::StatusOr<EncodedRequest> BedrockCodec::EncodeTo(std::string_view operation,
                                                      const v1::ChatRequest& request) const {
  const std::string& model = model_.empty() ? request.model() : model_;
  std::string path = path_;
  if (path.empty()) {
    if (!CanBeASegment(model)) return absl::InvalidArgumentError("model cannot be the id of a model");
    path = absl::StrCat(base_path_, "/model/", PercentEncoded(model), "/", std::string(operation));
  }
  auto body = EncodeBedrockRequest(request, model);
  if (!body.ok()) return body.status();
  return JsonPost(std::move(path), std::move(body->text), std::move(body->dropped));
}

Decoded BedrockCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeBedrockResponse(response, context);
}

std::unique_ptr<StreamDecoder> BedrockCodec::NewStreamDecoder(HttpResponse head,
                                                              const StreamContext& context) const {
  return StreamOrWhole(*this, head, context, std::make_unique<BedrockStreamDecoder>(head, context));
}

}  // namespace spillway::providers
