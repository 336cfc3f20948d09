#include "server/grpc/port_metrics.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "server/grpc/public_port.h"

namespace spillway::server {
namespace {

void RaiseTo(std::uint64_t value, prometheus::Counter& counter) {
  counter.Increment(std::max(static_cast<double>(value) - counter.Value(), 0.0));
}

}  // namespace

PortMetrics::PortMetrics(prometheus::Registry& registry)
    : connections_(prometheus::BuildGauge()
                       .Name("spillway_grpc_connections")
                       .Help("Connections that the public gRPC listener has open.")
                       .Register(registry)
                       .Add({})),
      dial_failures_(prometheus::BuildCounter()
                         .Name("spillway_self_dial_failures_total")
                         .Help("Times the server's own gRPC listener did not answer it.")
                         .Register(registry)
                         .Add({})) {
  prometheus::Family<prometheus::Counter>& pauses =
      prometheus::BuildCounter()
          .Name("spillway_grpc_accept_pauses_total")
          .Help("Times the public gRPC listener stopped to let clients in, by what there was no room of.")
          .Register(registry);
  for (std::size_t i = 0; i < kAcceptBounds; ++i) {
    pauses_[i] = &pauses.Add({{"bound", NameOf(static_cast<AcceptBound>(i))}});
  }
}

void PortMetrics::Refresh(PublicPort& port) {
  connections_.Set(static_cast<double>(port.CountConnections()));
  for (std::size_t i = 0; i < kAcceptBounds; ++i) {
    RaiseTo(port.times_full(static_cast<AcceptBound>(i)), *pauses_[i]);
  }
  RaiseTo(port.dial_failures(), dial_failures_);
}

}  // namespace spillway::server
