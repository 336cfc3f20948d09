#include "providers/overriding_codec.h"

#include <utility>

namespace spillway::providers {
namespace {

class OverridingCodec final : public Codec {
 public:
  OverridingCodec(std::unique_ptr<const Codec> codec, ParameterOverrides overrides)
      : codec_(std::move(codec)), overrides_(std::move(overrides)) {}

  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override {
    return codec_->Encode(overrides_.AppliedTo(request));
  }

  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override {
    return codec_->EncodeStream(overrides_.AppliedTo(request));
  }

  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override {
    return codec_->Decode(response, context);
  }

  std::optional<router::FailedAttempt> DecodeInto(const HttpResponse& response, const DecodeContext& context,
                                                  v1::ChatResponse& out) const override {
    return codec_->DecodeInto(response, context, out);
  }

  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override {
    return codec_->NewStreamDecoder(std::move(head), context);
  }

 private:
  const std::unique_ptr<const Codec> codec_;
  const ParameterOverrides overrides_;
};

}  // namespace

std::unique_ptr<const Codec> WithOverrides(std::unique_ptr<const Codec> codec, ParameterOverrides overrides) {
  if (overrides.empty()) return codec;
  return std::make_unique<OverridingCodec>(std::move(codec), std::move(overrides));
}

}  // namespace spillway::providers
