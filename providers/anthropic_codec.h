// The codec of Anthropic's Messages.
//
// POST {base_path}/v1/messages, or {base_path}/messages where the base path ends in /v1 already. Every
// request names the API's version, which is the endpoint's; `2023-06-01` when it names none.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_CODEC_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_CODEC_H_

#include <memory>
#include <string>

#include "providers/codec.h"

namespace spillway::providers {

class AnthropicCodec final : public Codec {
 public:
  explicit AnthropicCodec(TargetSpec spec);

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  absl::StatusOr<EncodedRequest> Exchange(const v1::ChatRequest& request, bool stream) const;

  const std::string model_;
  const std::string path_;
  const std::string version_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_CODEC_H_
