#include "providers/azure_openai_codec.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "providers/event_decoder.h"
#include "providers/openai_codec.h"
#include "providers/openai_response_decoder.h"
#include "providers/openai_stream_decoder.h"
#include "providers/percent_encoding.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kRoot = "/openai";
constexpr std::string_view kV1 = "/openai/v1";

// 2024-10-21, 2024-12-01-preview. The other versions (preview, v1, latest) are those of the v1 API.
bool IsDated(std::string_view version) {
  return !version.empty() && absl::ascii_isdigit(static_cast<unsigned char>(version.front()));
}

std::string V1Path(const std::string& base_path) {
  if (base_path.ends_with(kV1)) return base_path + "/chat/completions";
  return absl::StrCat(base_path, base_path.ends_with(kRoot) ? "" : "/openai", "/v1/chat/completions");
}

}  // namespace

AzureOpenAiCodec::AzureOpenAiCodec(TargetSpec spec) : model_(std::move(spec.model)) {
  const std::string query =
      spec.api_version.empty() ? "" : absl::StrCat("?api-version=", PercentEncoded(spec.api_version));
  if (!spec.path.empty()) {
    path_ = std::move(spec.path);
    if (path_.find('?') == std::string::npos) path_ += query;
  } else if (IsDated(spec.api_version) && !spec.base_path.ends_with(kV1)) {
    before_model_ =
        absl::StrCat(spec.base_path, spec.base_path.ends_with(kRoot) ? "" : "/openai", "/deployments/");
    after_model_ = absl::StrCat("/chat/completions", query);
    if (CanBeASegment(model_)) path_ = DeploymentPath(model_);
  } else {
    path_ = V1Path(spec.base_path) + query;
  }
}

std::string AzureOpenAiCodec::DeploymentPath(std::string_view model) const {
  return absl::StrCat(before_model_, PercentEncoded(model), after_model_);
}

absl::StatusOr<EncodedRequest> AzureOpenAiCodec::Exchange(const v1::ChatRequest& request, bool stream) const {
  const OpenAiRequestOptions options = {.model = model_, .stream = stream, .api = v1::API_AZURE_OPENAI};
  if (!path_.empty()) return OpenAiExchange(request, options, path_);
  const std::string& model = model_.empty() ? request.model() : model_;
  if (!CanBeASegment(model)) return absl::InvalidArgumentError("model cannot be the name of a deployment");
  return OpenAiExchange(request, options, DeploymentPath(model));
}

absl::StatusOr<EncodedRequest> AzureOpenAiCodec::Encode(const v1::ChatRequest& request) const {
  return Exchange(request, /*stream=*/false);
}

absl::StatusOr<EncodedRequest> AzureOpenAiCodec::EncodeStream(const v1::ChatRequest& request) const {
  return Exchange(request, /*stream=*/true);
}

Decoded AzureOpenAiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeOpenAiResponse(response, context);
}

std::optional<router::FailedAttempt> AzureOpenAiCodec::DecodeInto(const HttpResponse& response,
                                                                  const DecodeContext& context,
                                                                  v1::ChatResponse& out) const {
  return ReadOpenAiResponse(response, context, out);
}

std::unique_ptr<StreamDecoder> AzureOpenAiCodec::NewStreamDecoder(HttpResponse head,
                                                                  const StreamContext& context) const {
  return StreamOrWhole(*this, head, context, std::make_unique<OpenAiStreamDecoder>(head, context));
}

}  // namespace spillway::providers
