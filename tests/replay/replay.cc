#include "tests/replay/replay.h"

#include <algorithm>
#include <iterator>

namespace spillway::replay {
namespace {

constexpr std::string_view kOpenAiFamily[] = {
    "cerebras", "deepseek",          "groq",       "huggingface", "llamacpp", "mistral", "ollama",
    "openai",   "openai-compatible", "openrouter", "perplexity",  "together", "vllm",    "xai"};

}  // namespace

std::optional<v1::Api> ApiOf(std::string_view provider) {
  if (provider == "azure") return v1::API_AZURE_OPENAI;
  const auto* end = std::end(kOpenAiFamily);
  if (std::find(std::begin(kOpenAiFamily), end, provider) != end) return v1::API_OPENAI;
  return std::nullopt;
}

const v1::ChatResponse* Replayed::answer() const {
  return decoded ? std::get_if<v1::ChatResponse>(&*decoded) : nullptr;
}

const router::FailedAttempt* Replayed::failure() const {
  return decoded ? std::get_if<router::FailedAttempt>(&*decoded) : nullptr;
}

Replayed Replay(const Recording& recording) {
  const auto api = ApiOf(recording.provider);
  if (!api) return {.skipped = "no codec for the API of " + recording.provider};
  if (recording.IsStream()) return {.skipped = "streams are not replayed"};
  const auto codec = providers::MakeCodec(*api, {});
  return {.decoded = codec->Decode(recording.response, providers::DecodeContext{})};
}

bool IsUndecodable(const Replayed& replayed) {
  const router::FailedAttempt* failure = replayed.failure();
  return failure != nullptr &&
         (failure->failure == router::Failure::kMalformed || failure->failure == router::Failure::kTruncated);
}

}  // namespace spillway::replay
