#include "server/openai/door_metrics.h"

#include <string>

namespace spillway::server {
namespace {

const char* WordOf(DoorPath path) {
  switch (path) {
    case DoorPath::kChatCompletions:
      return "chat_completions";
    case DoorPath::kModels:
      return "models";
    case DoorPath::kModel:
      return "model";
    case DoorPath::kOther:
      break;
  }
  return "other";
}

}  // namespace

DoorMetrics::DoorMetrics(prometheus::Registry& registry)
    : requests_(
          prometheus::BuildCounter()
              .Name("spillway_door_requests_total")
              .Help("Requests at the OpenAI-compatible listener, by what was asked for and HTTP status.")
              .Register(registry)),
      connections_(prometheus::BuildGauge()
                       .Name("spillway_door_connections")
                       .Help("Connections that the OpenAI-compatible listener has open.")
                       .Register(registry)) {}

void DoorMetrics::CountRequest(DoorPath path, int http_status) {
  prometheus::Counter*& counter = handles_[{path, http_status}];
  if (counter == nullptr) {
    counter = &requests_.Add({{"path", WordOf(path)}, {"code", std::to_string(http_status)}});
  }
  counter->Increment();
}

void DoorMetrics::SetConnections(std::size_t count) { connections_.Add({}).Set(static_cast<double>(count)); }

}  // namespace spillway::server
