// What is counted at the public gRPC port, beside the calls themselves.
//
// Refresh on one thread; the registry outlives it.
#ifndef SPILLWAY_SERVER_GRPC_PORT_METRICS_H_
#define SPILLWAY_SERVER_GRPC_PORT_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>

#include "server/grpc/accept_bound.h"

namespace spillway::server {

class PublicPort;

class PortMetrics {
 public:
  explicit PortMetrics(prometheus::Registry& registry);

  // Counts the connections: some milliseconds for 10,000. Once a scrape.
  void Refresh(PublicPort& port);

 private:
  prometheus::Gauge& connections_;
  std::array<prometheus::Counter*, kAcceptBounds> pauses_{};
  prometheus::Counter& dial_failures_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_PORT_METRICS_H_
