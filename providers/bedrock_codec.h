// The codec of Amazon Bedrock's Converse: POST {base_path}/model/{model}/converse, and for streams
// …/converse-stream.
//
// The model's id, or its ARN, is one segment of the path. A path of the target's own replaces the whole of
// it. The signature is not the codec's: it is added when the request is sent.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_CODEC_H_
#define SPILLWAY_PROVIDERS_BEDROCK_CODEC_H_

#include <memory>
#include <string>
#include <string_view>

#include "providers/codec.h"

namespace spillway::providers {

class BedrockCodec final : public Codec {
 public:
  explicit BedrockCodec(TargetSpec spec);

  // INVALID_ARGUMENT, too, for a model that cannot be a segment of the URL where it has to be one.
  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  // `operation` is the last segment of a path that is not fixed.
  absl::StatusOr<EncodedRequest> EncodeTo(std::string_view operation, const v1::ChatRequest& request) const;

  const std::string model_;
  const std::string base_path_;
  // The target's own; empty: the API's.
  const std::string path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_CODEC_H_
