#include "providers/codec.h"

#include <utility>

#include "providers/azure_openai_codec.h"
#include "providers/openai_codec.h"

namespace spillway::providers {

std::unique_ptr<const Codec> MakeCodec(v1::Api api, TargetSpec spec) {
  switch (api) {
    case v1::API_OPENAI:
      return std::make_unique<OpenAiCodec>(std::move(spec));
    case v1::API_AZURE_OPENAI:
      return std::make_unique<AzureOpenAiCodec>(std::move(spec));
    default:
      return nullptr;
  }
}

}  // namespace spillway::providers
