// The codec of Gemini's generateContent, at AI Studio and at Vertex (gemini_path.h tells them apart).
#ifndef SPILLWAY_PROVIDERS_GEMINI_CODEC_H_
#define SPILLWAY_PROVIDERS_GEMINI_CODEC_H_

#include <memory>
#include <string>

#include "providers/codec.h"
#include "providers/gemini_path.h"

namespace spillway::providers {

class GeminiCodec final : public Codec {
 public:
  // A path of the target's own replaces the API's, also for streams.
  explicit GeminiCodec(TargetSpec spec);

  // INVALID_ARGUMENT, too, for a model that cannot be in a URL.
  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  absl::StatusOr<EncodedRequest> EncodeTo(const std::string& fixed_path, bool stream,
                                          const v1::ChatRequest& request) const;

  const std::string model_;
  const GeminiPath paths_;
  // The whole paths. Empty where they depend on the request's model.
  std::string path_;
  std::string stream_path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_CODEC_H_
