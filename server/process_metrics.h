// What every process exports about itself, under the names everybody knows, and how near it is to its last
// descriptor.
//
// Refresh on one thread; the registry outlives it.
#ifndef SPILLWAY_SERVER_PROCESS_METRICS_H_
#define SPILLWAY_SERVER_PROCESS_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace spillway::server {

class ProcessMetrics {
 public:
  explicit ProcessMetrics(prometheus::Registry& registry);

  // Asks the kernel: tens of microseconds. Once a scrape.
  void Refresh();

 private:
  prometheus::Gauge& open_fds_;
  prometheus::Gauge& max_fds_;
  prometheus::Gauge& descriptor_ratio_;
  prometheus::Gauge& resident_memory_;
  prometheus::Counter& cpu_seconds_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_PROCESS_METRICS_H_
