#include "server/process_metrics.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <map>
#include <string>

#include "tests/support/test_server.h"

namespace spillway::server {
namespace {

std::map<std::string, double> Scrape(ProcessMetrics& metrics, const prometheus::Registry& registry) {
  metrics.Refresh();
  return testing::ParseMetrics(prometheus::TextSerializer().Serialize(registry.Collect()));
}

TEST(ProcessMetricsTest, TheProcessIsDescribedAsEveryOtherIs) {
  prometheus::Registry registry;
  ProcessMetrics metrics(registry);
  const auto samples = Scrape(metrics, registry);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_GT(samples.at("process_start_time_seconds"), now - 3600);
  EXPECT_LE(samples.at("process_start_time_seconds"), now + 1);
  EXPECT_GT(samples.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(samples.at("process_open_fds"), 2);
  EXPECT_GT(samples.at("process_max_fds"), samples.at("process_open_fds"));
  EXPECT_DOUBLE_EQ(samples.at("spillway_descriptor_ratio"),
                   samples.at("process_open_fds") / samples.at("process_max_fds"));
}

TEST(ProcessMetricsTest, CpuTimeOnlyGrows) {
  prometheus::Registry registry;
  ProcessMetrics metrics(registry);
  const double before = Scrape(metrics, registry).at("process_cpu_seconds_total");
  EXPECT_GT(before, 0);
  EXPECT_GE(Scrape(metrics, registry).at("process_cpu_seconds_total"), before);
}

}  // namespace
}  // namespace spillway::server
