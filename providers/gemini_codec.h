// The codec of Gemini's generateContent, at AI Studio and at Vertex (gemini_path.h tells them apart).
#ifndef SPILLWAY_PROVIDERS_GEMINI_CODEC_H_
#define SPILLWAY_PROVIDERS_GEMINI_CODEC_H_

#include <string>

#include "providers/codec.h"
#include "providers/gemini_path.h"

namespace spillway::providers {

class GeminiCodec final : public Codec {
 public:
  // A path of the target's own replaces the API's.
  explicit GeminiCodec(TargetSpec spec);

  // INVALID_ARGUMENT, too, for a model that cannot be in a URL.
  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;

 private:
  const std::string model_;
  const GeminiPath paths_;
  // The whole path. Empty where it depends on the request's model.
  std::string path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_CODEC_H_
