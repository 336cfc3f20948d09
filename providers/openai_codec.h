// The codec of OpenAI's chat completions, and of every server compatible with them.
#ifndef SPILLWAY_PROVIDERS_OPENAI_CODEC_H_
#define SPILLWAY_PROVIDERS_OPENAI_CODEC_H_

#include <memory>
#include <string>
#include <string_view>

#include "providers/codec.h"
#include "providers/openai_request_encoder.h"

namespace spillway::providers {

// The exchange that asks `path` for `request`, streamed or not: what every API with OpenAI's bodies sends.
absl::StatusOr<EncodedRequest> OpenAiExchange(const v1::ChatRequest& request,
                                              const OpenAiRequestOptions& options, std::string path);

// POST {base_path}/chat/completions. Roles, token limits and everything else go out as the
// caller gave them.
class OpenAiCodec final : public Codec {
 public:
  explicit OpenAiCodec(TargetSpec spec);

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::optional<router::FailedAttempt> DecodeInto(const HttpResponse& response, const DecodeContext& context,
                                                  v1::ChatResponse& out) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  const std::string model_;
  const std::string path_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_CODEC_H_
