#include "providers/openai_codec.h"

#include <algorithm>
#include <utility>

#include "providers/event_decoder.h"
#include "providers/json_post.h"
#include "providers/openai_response_decoder.h"
#include "providers/openai_stream_decoder.h"

namespace spillway::providers {

absl::StatusOr<EncodedRequest> OpenAiExchange(const v1::ChatRequest& request,
                                              const OpenAiRequestOptions& options, std::string path) {
  auto body = EncodeOpenAiRequest(request, options);
  if (!body.ok()) return body.status();
  EncodedRequest exchange = JsonPost(std::move(path), *std::move(body));
  if (options.stream) Accept(kEventStream, exchange);
  exchange.choices = std::max(1, request.n());
  return exchange;
}

OpenAiCodec::OpenAiCodec(TargetSpec spec)
    : model_(std::move(spec.model)),
      path_(spec.path.empty() ? spec.base_path + "/chat/completions" : std::move(spec.path)) {}

absl::StatusOr<EncodedRequest> OpenAiCodec::Encode(const v1::ChatRequest& request) const {
  return OpenAiExchange(request, {.model = model_}, path_);
}

absl::StatusOr<EncodedRequest> OpenAiCodec::EncodeStream(const v1::ChatRequest& request) const {
  return OpenAiExchange(request, {.model = model_, .stream = true}, path_);
}

Decoded OpenAiCodec::Decode(const HttpResponse& response, const DecodeContext& context) const {
  return DecodeOpenAiResponse(response, context);
}

std::optional<router::FailedAttempt> OpenAiCodec::DecodeInto(const HttpResponse& response,
                                                             const DecodeContext& context,
                                                             v1::ChatResponse& out) const {
  return ReadOpenAiResponse(response, context, out);
}

std::unique_ptr<StreamDecoder> OpenAiCodec::NewStreamDecoder(HttpResponse head,
                                                             const StreamContext& context) const {
  return StreamOrWhole(*this, head, context, std::make_unique<OpenAiStreamDecoder>(head, context));
}

}  // namespace spillway::providers
