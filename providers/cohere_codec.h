// The codec of Cohere's chat API, version 2.
#ifndef SPILLWAY_PROVIDERS_COHERE_CODEC_H_
#define SPILLWAY_PROVIDERS_COHERE_CODEC_H_

#include <memory>
#include <string>

#include "providers/codec.h"

namespace spillway::providers {

// POST {base_path}/v2/chat, or {base_path}/chat where the base path ends in /v2.
class CohereCodec final : public Codec {
 public:
  explicit CohereCodec(TargetSpec spec);

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  absl::StatusOr<EncodedRequest> Exchange(const v1::ChatRequest& request, bool stream) const;

  const std::string model_;
  const std::string path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_CODEC_H_
