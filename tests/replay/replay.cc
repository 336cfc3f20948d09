#include "tests/replay/replay.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <iterator>
#include <utility>

#include "providers/json_document.h"

namespace spillway::replay {
namespace {

constexpr std::string_view kOpenAiFamily[] = {
    "cerebras",          "deepseek",   "groq",       "huggingface", "llamacpp", "ollama", "openai",
    "openai-compatible", "openrouter", "perplexity", "together",    "vllm",     "xai"};

// What the URLs of an API's chat calls hold.
struct Mark {
  std::string_view text;
  v1::Api api;
};

constexpr Mark kMarks[] = {{"/openai/deployments/", v1::API_AZURE_OPENAI},
                           {"/chat/completions", v1::API_OPENAI},
                           {"/v1/messages", v1::API_ANTHROPIC},
                           {"enerateContent", v1::API_GEMINI},
                           {"/converse", v1::API_BEDROCK},
                           {"/v2/chat", v1::API_COHERE}};

}  // namespace

std::optional<v1::Api> ApiOf(std::string_view provider) {
  if (provider == "azure") return v1::API_AZURE_OPENAI;
  if (provider == "bedrock") return v1::API_BEDROCK;
  if (provider == "mistral") return v1::API_MISTRAL;
  if (provider == "cohere") return v1::API_COHERE;
  if (provider == "gemini" || provider == "gemini-vertex") return v1::API_GEMINI;
  if (provider == "anthropic") return v1::API_ANTHROPIC;
  const auto* end = std::end(kOpenAiFamily);
  if (std::find(std::begin(kOpenAiFamily), end, provider) != end) return v1::API_OPENAI;
  return std::nullopt;
}

std::optional<v1::Api> ApiOf(const Recording& recording) {
  if (const auto api = ApiOf(recording.provider)) return api;
  const auto* mark = std::find_if(std::begin(kMarks), std::end(kMarks), [&](const Mark& candidate) {
    return recording.url.find(candidate.text) != std::string::npos;
  });
  return mark == std::end(kMarks) ? std::nullopt : std::optional(mark->api);
}

int ChoicesAskedFor(const Recording& recording) {
  const providers::JsonDocument request(recording.request_body.value_or("null"));
  const boost::json::value* count = providers::Member(request.root(), "n");
  if (const auto* config = providers::Member(request.root(), "generationConfig")) {
    count = providers::Member(*config, "candidateCount");
  }
  const auto choices = count == nullptr ? std::nullopt : providers::AsWhole(*count);
  return static_cast<int>(std::max<std::int64_t>(choices.value_or(1), 1));
}

const v1::ChatResponse* Replayed::answer() const {
  return decoded ? std::get_if<v1::ChatResponse>(&*decoded) : nullptr;
}

const router::FailedAttempt* Replayed::failure() const {
  return decoded ? std::get_if<router::FailedAttempt>(&*decoded) : nullptr;
}

Replayed Replay(const Recording& recording) {
  const auto api = ApiOf(recording);
  if (!api) return {.skipped = "no codec for the API of " + recording.provider};
  const auto codec = providers::MakeCodec(*api, {});
  if (!recording.IsStream()) return {.decoded = codec->Decode(recording.response, {})};
  auto run = testing::RunStream(*codec, recording.response, {.choices = ChoicesAskedFor(recording)});
  return {.decoded = testing::Assembled(run), .stream = std::move(run)};
}

bool IsUndecodable(const Replayed& replayed) {
  const router::FailedAttempt* failure = replayed.failure();
  return failure != nullptr &&
         (failure->failure == router::Failure::kMalformed || failure->failure == router::Failure::kTruncated);
}

}  // namespace spillway::replay
