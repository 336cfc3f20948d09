#include "tests/bench/latencies.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace spillway::bench {

double Latencies::Percentile(double percent) {
  if (samples_.empty()) return 0;
  if (!sorted_) std::sort(samples_.begin(), samples_.end());
  sorted_ = true;
  const double count = static_cast<double>(samples_.size());
  // The small constant keeps 99.9 % of 1,000 at rank 999 in binary arithmetic.
  const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * count - 1e-6));
  return static_cast<double>(samples_[std::clamp<std::size_t>(rank, 1, samples_.size()) - 1]) / 1000;
}

std::string Latencies::ToJson() {
  const double total = std::accumulate(samples_.begin(), samples_.end(), 0.0);
  const double mean = samples_.empty() ? 0 : total / static_cast<double>(samples_.size()) / 1000;
  char text[256];
  std::snprintf(text, sizeof text,
                R"({"p50": %.1f, "p90": %.1f, "p99": %.1f, "p99.9": %.1f, "max": %.1f, "mean": %.1f})",
                Percentile(50), Percentile(90), Percentile(99), Percentile(99.9), Percentile(100), mean);
  return text;
}

}  // namespace spillway::bench
