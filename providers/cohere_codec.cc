#include "providers/cohere_codec.h"

#include <utility>

#include "providers/cohere_request_encoder.h"
#include "providers/cohere_response_decoder.h"
#include "providers/cohere_stream_decoder.h"
#include "providers/event_decoder.h"
#include "providers/json_post.h"
#include "providers/legacy_functions.h"

namespace spillway::providers {
namespace {

std::string PathOf(const TargetSpec& spec) {
  if (!spec.path.empty()) return spec.path;
  return spec.base_path + (spec.base_path.ends_with("/v2") ? "/chat" : "/v2/chat");
}

}  // namespace

CohereCodec::CohereCodec(TargetSpec spec) : model_(std::move(spec.model)), path_(PathOf(spec)) {}

absl::StatusOr<EncodedRequest> CohereCodec::Encode(const v1::ChatRequest& request) const {
  return Exchange(request, false);
}

absl::StatusOr<EncodedRequest> CohereCodec::EncodeStream(const v1::ChatRequest& request) const {
  auto encoded = Exchange(request, true);
  if (encoded.ok()) Accept(kEventStream, *encoded);
  return encoded;
}

absl::StatusOr<EncodedRequest> CohereCodec::Exchange(const v1::ChatRequest& request, bool stream) const {
  const auto updated = WithoutLegacyFunctions(request);
  DroppedFields dropped;
  auto body = EncodeCohereRequest(updated ? *updated : request, {.model = model_, .stream = stream}, dropped);
  if (!body.ok()) return body.status();
  return JsonPost(path_, *std::move(body), dropped.Take());
}

Decoded CohereCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeCohereResponse(response, context);
}

std::unique_ptr<StreamDecoder> CohereCodec::NewStreamDecoder(HttpResponse head,
                                                             const StreamContext& context) const {
  auto events = std::make_unique<CohereStreamDecoder>(head, context);
  return StreamOrWhole(*this, head, context, std::move(events));
}

}  // namespace spillway::providers
