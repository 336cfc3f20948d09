#include "providers/mistral_codec.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "providers/event_decoder.h"
#include "providers/json_post.h"
#include "providers/legacy_functions.h"
#include "providers/mistral_request_encoder.h"
#include "providers/openai_response_decoder.h"
#include "providers/openai_stream_decoder.h"
#include "providers/scoped_extra.h"

namespace spillway::providers {
namespace {

// Whether the last segment is a version: "/v1".
bool EndsInVersion(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || path.size() < slash + 3 || path[slash + 1] != 'v') return false;
  return path.substr(slash + 2).find_first_not_of("0123456789") == std::string_view::npos;
}

std::string PathOf(const TargetSpec& spec) {
  if (!spec.path.empty()) return spec.path;
  return spec.base_path + (EndsInVersion(spec.base_path) ? "" : "/v1") + "/chat/completions";
}

}  // namespace

MistralCodec::MistralCodec(TargetSpec spec) : model_(std::move(spec.model)), path_(PathOf(spec)) {}

absl::StatusOr<EncodedRequest> MistralCodec::Exchange(const v1::ChatRequest& request, bool stream) const {
  const auto updated = WithoutLegacyFunctions(request);
  DroppedFields dropped;
  auto body =
      EncodeMistralRequest(updated ? *updated : request, {.model = model_, .stream = stream}, dropped);
  if (!body.ok()) return body.status();
  EncodedRequest exchange = JsonPost(path_, *std::move(body), dropped.Take());
  if (stream) Accept(kEventStream, exchange);
  exchange.choices = std::max(1, request.n());
  return exchange;
}

absl::StatusOr<EncodedRequest> MistralCodec::Encode(const v1::ChatRequest& request) const {
  return Exchange(request, /*stream=*/false);
}

absl::StatusOr<EncodedRequest> MistralCodec::EncodeStream(const v1::ChatRequest& request) const {
  return Exchange(request, /*stream=*/true);
}

Decoded MistralCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  Decoded decoded = DecodeOpenAiResponse(response, context);
  if (auto* answer = std::get_if<v1::ChatResponse>(&decoded)) {
    for (v1::Choice& choice : *answer->mutable_choices()) {
      ScopeExtras(v1::API_MISTRAL, *choice.mutable_message());
    }
  }
  return decoded;
}

std::unique_ptr<StreamDecoder> MistralCodec::NewStreamDecoder(HttpResponse head,
                                                              const StreamContext& context) const {
  return StreamOrWhole(*this, head, context,
                       std::make_unique<OpenAiStreamDecoder>(head, context, v1::API_MISTRAL));
}

}  // namespace spillway::providers
