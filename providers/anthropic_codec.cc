#include "providers/anthropic_codec.h"

#include <string_view>
#include <utility>

#include "providers/anthropic_request_encoder.h"
#include "providers/anthropic_response_decoder.h"
#include "providers/anthropic_stream_decoder.h"
#include "providers/event_decoder.h"
#include "providers/json_post.h"

namespace spillway::providers {
namespace {

// The last version that takes temperature, top_p and top_k.
constexpr char kDefaultVersion[] = "2023-06-01";
// From this version on they are answered with 400. Versions are dates, and compare as text.
constexpr std::string_view kWithoutSampling = "2026-10-21";
// What a file uploaded before is asked for with.
constexpr char kFilesBeta[] = "files-api-2025-04-14";

std::string PathOf(TargetSpec& spec) {
  if (!spec.path.empty()) return std::move(spec.path);
  const bool versioned = std::string_view(spec.base_path).ends_with("/v1");
  return std::move(spec.base_path) + (versioned ? "/messages" : "/v1/messages");
}

}  // namespace

AnthropicCodec::AnthropicCodec(TargetSpec spec)
    : model_(std::move(spec.model)),
      path_(PathOf(spec)),
      version_(spec.api_version.empty() ? kDefaultVersion : std::move(spec.api_version)) {}

absl::StatusOr<EncodedRequest> AnthropicCodec::Encode(const v1::ChatRequest& request) const {
  return Exchange(request, false);
}

absl::StatusOr<EncodedRequest> AnthropicCodec::EncodeStream(const v1::ChatRequest& request) const {
  auto encoded = Exchange(request, true);
  if (encoded.ok()) Accept(kEventStream, *encoded);
  return encoded;
}

absl::StatusOr<EncodedRequest> AnthropicCodec::Exchange(const v1::ChatRequest& request, bool stream) const {
  auto encoded = EncodeAnthropicRequest(
      request, {.model = model_, .takes_sampling = version_ < kWithoutSampling, .stream = stream});
  if (!encoded.ok()) return encoded.status();
  EncodedRequest out = JsonPost(path_, std::move(encoded->body), std::move(encoded->dropped));
  out.headers.emplace_back("anthropic-version", version_);
  if (encoded->uses_files) out.headers.emplace_back("anthropic-beta", kFilesBeta);
  return out;
}

Decoded AnthropicCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeAnthropicResponse(response, context);
}

std::unique_ptr<StreamDecoder> AnthropicCodec::NewStreamDecoder(HttpResponse head,
                                                                const StreamContext& context) const {
  auto events = std::make_unique<AnthropicStreamDecoder>(head, context);
  return StreamOrWhole(*this, head, context, std::move(events));
}

}  // namespace spillway::providers
