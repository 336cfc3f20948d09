// The codec of Mistral's own API: OpenAI's answers, and requests of which Mistral takes no word it does not
// know.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_CODEC_H_
#define SPILLWAY_PROVIDERS_MISTRAL_CODEC_H_

#include <memory>
#include <string>

#include "providers/codec.h"

namespace spillway::providers {

// POST {base_path}/chat/completions; a base path that does not end in a version (/v1) gets /v1 first.
class MistralCodec final : public Codec {
 public:
  explicit MistralCodec(TargetSpec spec);

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  // What a message or a call brings along that has no field is in their extra.mistral.
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  absl::StatusOr<EncodedRequest> Exchange(const v1::ChatRequest& request, bool stream) const;

  const std::string model_;
  const std::string path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_CODEC_H_
