// The codec of OpenAI's models on Azure: OpenAI's bodies, at Azure's URLs.
//
//   api_version         POST
//   a date              {base_path}/openai/deployments/{model}/chat/completions?api-version=…
//   a word (preview)    {base_path}/openai/v1/chat/completions?api-version=…
//   none                {base_path}/openai/v1/chat/completions
//
// A base path that ends in /openai already is not given another one; one that ends in /openai/v1 is the v1
// API's, whatever the version. The model is in the body of every form: the deployment URLs take no notice
// of it, all others need it.
#ifndef SPILLWAY_PROVIDERS_AZURE_OPENAI_CODEC_H_
#define SPILLWAY_PROVIDERS_AZURE_OPENAI_CODEC_H_

#include <memory>
#include <string>
#include <string_view>

#include "providers/codec.h"

namespace spillway::providers {

class AzureOpenAiCodec final : public Codec {
 public:
  // A path of the target's own replaces the API's. The api-version is added to it, unless it has a query.
  explicit AzureOpenAiCodec(TargetSpec spec);

  // INVALID_ARGUMENT, too, for a model that cannot be a segment of the URL where it has to be one.
  absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const override;
  absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const override;
  Decoded Decode(const HttpResponse& response, const DecodeContext& context) const override;
  std::optional<router::FailedAttempt> DecodeInto(const HttpResponse& response, const DecodeContext& context,
                                                  v1::ChatResponse& out) const override;
  std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                  const StreamContext& context) const override;

 private:
  absl::StatusOr<EncodedRequest> Exchange(const v1::ChatRequest& request, bool stream) const;
  std::string DeploymentPath(std::string_view model) const;

  const std::string model_;
  // The whole path. Empty where it depends on the request's model; then these two go around that.
  std::string path_;
  std::string before_model_;
  std::string after_model_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_AZURE_OPENAI_CODEC_H_
