// The codec of Amazon Bedrock's Converse: POST {base_path}/model/{model}/converse.
//
// The model's id, or its ARN, is one segment of the path. A path of the target's own replaces the whole of
// it. The signature is not the codec's: it is added when the request is sent.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_CODEC_H_
#define SPILLWAY_PROVIDERS_BEDROCK_CODEC_H_

#include <string>

#include "providers/codec.h"

namespace spillway::providers {

class BedrockCodec final : public Codec {
 public:
  explicit BedrockCodec(TargetSpec spec);

  // INVALID_ARGUMENT, too, for a model that cannot be a segment of the URL where it has to be one.
  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;

 private:
  const std::string model_;
  const std::string base_path_;
  // The whole path; empty where it depends on the request's model.
  std::string path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_CODEC_H_
