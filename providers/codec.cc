#include "providers/codec.h"

#include <utility>

#include "providers/anthropic_codec.h"
#include "providers/azure_openai_codec.h"
#include "providers/bedrock_codec.h"
#include "providers/cohere_codec.h"
#include "providers/gemini_codec.h"
#include "providers/mistral_codec.h"
#include "providers/openai_codec.h"

namespace spillway::providers {

std::optional<router::FailedAttempt> Codec::DecodeInto(const HttpResponse& response,
                                                       const DecodeContext& context,
                                                       v1::ChatResponse& out) const {
  Decoded decoded = Decode(response, context);
  if (auto* failed = std::get_if<router::FailedAttempt>(&decoded)) return std::move(*failed);
  out = std::get<v1::ChatResponse>(std::move(decoded));
  return std::nullopt;
}

std::unique_ptr<const Codec> MakeCodec(v1::Api api, TargetSpec spec) {
  switch (api) {
    case v1::API_OPENAI:
      return std::make_unique<OpenAiCodec>(std::move(spec));
    case v1::API_AZURE_OPENAI:
      return std::make_unique<AzureOpenAiCodec>(std::move(spec));
    case v1::API_ANTHROPIC:
      return std::make_unique<AnthropicCodec>(std::move(spec));
    case v1::API_GEMINI:
      return std::make_unique<GeminiCodec>(std::move(spec));
    case v1::API_BEDROCK:
      return std::make_unique<BedrockCodec>(std::move(spec));
    case v1::API_MISTRAL:
      return std::make_unique<MistralCodec>(std::move(spec));
    case v1::API_COHERE:
      return std::make_unique<CohereCodec>(std::move(spec));
    default:
      return nullptr;
  }
}

}  // namespace spillway::providers
