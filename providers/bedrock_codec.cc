#include "providers/bedrock_codec.h"

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "providers/bedrock_request_encoder.h"
#include "providers/bedrock_response_decoder.h"
#include "providers/json_post.h"
#include "providers/percent_encoding.h"

namespace spillway::providers {
namespace {

std::string PathOf(const std::string& base_path, std::string_view model) {
  return absl::StrCat(base_path, "/model/", PercentEncoded(model), "/converse");
}

}  // namespace

BedrockCodec::BedrockCodec(TargetSpec spec)
    : model_(std::move(spec.model)), base_path_(std::move(spec.base_path)), path_(std::move(spec.path)) {
  if (path_.empty() && CanBeASegment(model_)) path_ = PathOf(base_path_, model_);
}

absl::StatusOr<EncodedRequest> BedrockCodec::Encode(const v1::ChatRequest& request) const {
  const std::string& model = model_.empty() ? request.model() : model_;
  if (path_.empty() && !CanBeASegment(model)) {
    return absl::InvalidArgumentError("model cannot be the id of a model");
  }
  auto body = EncodeBedrockRequest(request, model);
  if (!body.ok()) return body.status();
  return JsonPost(path_.empty() ? PathOf(base_path_, model) : path_, std::move(body->text),
                  std::move(body->dropped));
}

Decoded BedrockCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeBedrockResponse(response, context);
}

}  // namespace spillway::providers
