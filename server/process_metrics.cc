#include "server/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "server/descriptors.h"

namespace spillway::server {
namespace {

prometheus::Gauge& NewGauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

// The numbers of a file of /proc, counted after its last ')': a program's name may hold anything.
std::vector<double> NumbersIn(const char* path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  std::vector<double> numbers;
  for (const absl::string_view word :
       absl::StrSplit(absl::string_view(text).substr(name_end == std::string::npos ? 0 : name_end + 1),
                      absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    double number = 0;
    numbers.push_back(absl::SimpleAtod(word, &number) ? number : 0);
  }
  return numbers;
}

double ResidentBytes() {
  const std::vector<double> pages = NumbersIn("/proc/self/statm");
  return pages.size() < 2 ? 0 : pages[1] * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Seconds since the epoch.
double StartTime() {
  // The 22nd field, in ticks since the machine started; the first two are the process's number and name.
  constexpr std::size_t kStartTime = 19;
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::vector<double> stat = NumbersIn("/proc/self/stat");
  timespec up{};
  if (stat.size() <= kStartTime || clock_gettime(CLOCK_BOOTTIME, &up) != 0) return now;
  const double age = static_cast<double>(up.tv_sec) + static_cast<double>(up.tv_nsec) / 1e9 -
                     stat[kStartTime] / static_cast<double>(sysconf(_SC_CLK_TCK));
  return now - std::max(age, 0.0);
}

}  // namespace

ProcessMetrics::ProcessMetrics(prometheus::Registry& registry)
    : open_fds_(NewGauge(registry, "process_open_fds", "Number of open file descriptors.")),
      max_fds_(NewGauge(registry, "process_max_fds", "Maximum number of open file descriptors.")),
      descriptor_ratio_(
          NewGauge(registry, "spillway_descriptor_ratio",
                   "Open descriptors as a share of those there may be; clients get no more than "
                   "seven eighths.")),
      resident_memory_(NewGauge(registry, "process_resident_memory_bytes", "Resident memory size in bytes.")),
      cpu_seconds_(prometheus::BuildCounter()
                       .Name("process_cpu_seconds_total")
                       .Help("Total user and system CPU time spent in seconds.")
                       .Register(registry)
                       .Add({})) {
  NewGauge(registry, "process_start_time_seconds",
           "Start time of the process since the Unix epoch in seconds.")
      .Set(StartTime());
}

void ProcessMetrics::Refresh() {
  const double limit = DescriptorLimit();
  const double open = OpenDescriptors();
  open_fds_.Set(open);
  max_fds_.Set(limit);
  descriptor_ratio_.Set(open / limit);
  resident_memory_.Set(ResidentBytes());
  cpu_seconds_.Increment(std::max(CpuSeconds() - cpu_seconds_.Value(), 0.0));
}

}  // namespace spillway::server
