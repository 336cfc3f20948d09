// The metrics of OpenTelemetry's conventions for generative AI, under the names that those have in
// Prometheus. An attempt is what the conventions call an operation.
//
// As metrics.h: handles are resolved once, belong to one configuration and are used on the I/O thread only.
#ifndef SPILLWAY_SERVER_GEN_AI_METRICS_H_
#define SPILLWAY_SERVER_GEN_AI_METRICS_H_

#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <string>

#include "router/call_report.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/config.pb.h"
#include "transport/http_client.h"

namespace spillway::server {

class GenAiMetrics {
 public:
  explicit GenAiMetrics(prometheus::Registry& registry);

 private:
  friend class GenAiLeafMetrics;

  prometheus::Family<prometheus::Histogram>& duration_;
  prometheus::Family<prometheus::Histogram>& tokens_;
  prometheus::Family<prometheus::Histogram>& first_token_;
};

// Who serves a leaf, as the conventions see it.
struct GenAiServer {
  // gen_ai.provider.name.
  std::string provider;
  std::string address;
  std::string port;
};

// The provider's name is the conventions' own where they have
// one: that of the API, or, of an OpenAI-compatible one, that of the vendor whose name `provider` is. Else it
// is `provider` as configured.
GenAiServer GenAiServerOf(v1::Api api, const std::string& provider, const transport::Origin& origin);

// The handles of one leaf.
class GenAiLeafMetrics {
 public:
  // `model`: as the label `model` of the project's own metrics.
  GenAiLeafMetrics(GenAiMetrics& metrics, const GenAiServer& server, const std::string& model);

  void CountAttempt(const router::AttemptRecord& attempt);
  // What the provider did not count is not observed.
  void CountTokens(const v1::Usage& usage);

 private:
  prometheus::Histogram& Duration(std::size_t outcome);
  prometheus::Histogram& Tokens(std::size_t type);

  GenAiMetrics& metrics_;
  prometheus::Labels labels_;
  // [0] is ok, the others are numbered as Failure. Each null until it is needed.
  std::array<prometheus::Histogram*, router::kFailureCount + 1> durations_{};
  // Input, output.
  std::array<prometheus::Histogram*, 2> tokens_{};
  prometheus::Histogram* first_token_ = nullptr;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GEN_AI_METRICS_H_
