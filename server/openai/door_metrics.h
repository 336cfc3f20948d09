// What is counted at the OpenAI-compatible listener, beside the calls themselves.
//
// Used on the I/O thread. The registry outlives it.
#ifndef SPILLWAY_SERVER_OPENAI_DOOR_METRICS_H_
#define SPILLWAY_SERVER_OPENAI_DOOR_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace spillway::server {

// What a request asks for.
enum class DoorPath : std::uint8_t { kChatCompletions, kModels, kModel, kOther };

class DoorMetrics {
 public:
  explicit DoorMetrics(prometheus::Registry& registry);

  // `http_status`: 499 where the client had left before there was one.
  void CountRequest(DoorPath path, int http_status);
  void SetConnections(std::size_t count);

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Gauge>& connections_;
  absl::flat_hash_map<std::pair<DoorPath, int>, prometheus::Counter*> handles_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_DOOR_METRICS_H_
