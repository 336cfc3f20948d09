#include "server/gen_ai_metrics.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "router/failure.h"

namespace spillway::server {
namespace {

using prometheus::BuildHistogram;
using prometheus::Histogram;
using prometheus::Labels;

// All three as the conventions give them.
const Histogram::BucketBoundaries kDurationBuckets = {0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                                      1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
const Histogram::BucketBoundaries kTokenBuckets = {
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};
const Histogram::BucketBoundaries kFirstTokenBuckets = {0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                                        0.25,  0.5,   0.75, 1,    2.5,  5,    7.5,  10};

constexpr std::array<const char*, 2> kTokenTypes = {"input", "output"};

double Seconds(router::Duration duration) { return std::chrono::duration<double>(duration).count(); }

Labels With(Labels labels, const char* name, std::string_view value) {
  labels.emplace(name, value);
  return labels;
}

// Vendors whose API is OpenAI's, by the names under which configurations know them.
std::string VendorNamed(const std::string& provider) {
  static const absl::flat_hash_map<std::string, std::string> kVendors = {
      {"mistral", "mistral_ai"}, {"xai", "x_ai"}, {"grok", "x_ai"}, {"watsonx", "ibm.watsonx.ai"}};
  const auto found = kVendors.find(provider);
  return found == kVendors.end() ? provider : found->second;
}

std::string ProviderName(v1::Api api, const std::string& provider, std::string_view host) {
  switch (api) {
    case v1::API_AZURE_OPENAI:
      return "azure.ai.openai";
    case v1::API_ANTHROPIC:
      return "anthropic";
    case v1::API_GEMINI:
      return host.find("aiplatform") == std::string_view::npos ? "gcp.gemini" : "gcp.vertex_ai";
    case v1::API_BEDROCK:
      return "aws.bedrock";
    case v1::API_MISTRAL:
      return "mistral_ai";
    case v1::API_COHERE:
      return "cohere";
    default:
      return VendorNamed(provider);
  }
}

}  // namespace

GenAiMetrics::GenAiMetrics(prometheus::Registry& registry)
    : duration_(BuildHistogram()
                    .Name("gen_ai_client_operation_duration_seconds")
                    .Help("GenAI operation duration: one attempt at a target.")
                    .Register(registry)),
      tokens_(BuildHistogram()
                  .Name("gen_ai_client_token_usage")
                  .Help("Number of input and output tokens used by an operation.")
                  .Register(registry)),
      first_token_(BuildHistogram()
                       .Name("gen_ai_server_time_to_first_token_seconds")
                       .Help("Time to the first token of a streamed answer, the network's share included.")
                       .Register(registry)) {}

GenAiServer GenAiServerOf(v1::Api api, const std::string& provider, const transport::Origin& origin) {
  return {.provider = ProviderName(api, provider, origin.host),
          .address = origin.host,
          .port = std::to_string(origin.port)};
}

GenAiLeafMetrics::GenAiLeafMetrics(GenAiMetrics& metrics, const GenAiServer& server, const std::string& model)
    : metrics_(metrics),
      labels_({{"gen_ai_operation_name", "chat"},
               {"gen_ai_provider_name", server.provider},
               {"gen_ai_request_model", model},
               {"server_address", server.address},
               {"server_port", server.port}}) {}

prometheus::Histogram& GenAiLeafMetrics::Duration(std::size_t outcome) {
  Histogram*& histogram = durations_[outcome];
  if (histogram != nullptr) return *histogram;
  if (outcome == 0) {
    histogram = &metrics_.duration_.Add(labels_, kDurationBuckets);
  } else {
    const std::string_view failure = router::TraitsOf(static_cast<router::Failure>(outcome)).name;
    histogram = &metrics_.duration_.Add(With(labels_, "error_type", failure), kDurationBuckets);
  }
  return *histogram;
}

prometheus::Histogram& GenAiLeafMetrics::Tokens(std::size_t type) {
  Histogram*& histogram = tokens_[type];
  if (histogram == nullptr) {
    histogram = &metrics_.tokens_.Add(With(labels_, "gen_ai_token_type", kTokenTypes[type]), kTokenBuckets);
  }
  return *histogram;
}

void GenAiLeafMetrics::CountAttempt(const router::AttemptRecord& attempt) {
  const std::size_t outcome = attempt.failed ? static_cast<std::size_t>(attempt.failed->failure) : 0;
  Duration(outcome).Observe(Seconds(attempt.end - attempt.start));
  if (!attempt.first_token) return;
  if (first_token_ == nullptr) first_token_ = &metrics_.first_token_.Add(labels_, kFirstTokenBuckets);
  first_token_->Observe(Seconds(*attempt.first_token - attempt.start));
}

void GenAiLeafMetrics::CountTokens(const v1::Usage& usage) {
  const std::array<std::int64_t, 2> counts = {usage.prompt_tokens(), usage.completion_tokens()};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) Tokens(i).Observe(static_cast<double>(counts[i]));
  }
}

}  // namespace spillway::server
