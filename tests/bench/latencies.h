// Every latency of a run, kept as it is: no buckets, so the highest percentiles are exact.
//
// Thread-safety: none. Holds 8 bytes per sample.
#ifndef SPILLWAY_TESTS_BENCH_LATENCIES_H_
#define SPILLWAY_TESTS_BENCH_LATENCIES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spillway::bench {

class Latencies {
 public:
  void Add(std::chrono::nanoseconds latency) {
    samples_.push_back(latency.count());
    sorted_ = false;
  }

  std::size_t count() const { return samples_.size(); }

  // Nearest rank, in microseconds: the smallest sample that at least `percent` of all do not exceed. 0 when
  // there is none. `percent` in (0, 100].
  double Percentile(double percent);

  // {"p50": 1.5, "p90": …, "p99": …, "p99.9": …, "max": …, "mean": …}, microseconds.
  std::string ToJson();

 private:
  std::vector<std::int64_t> samples_;
  bool sorted_ = true;
};

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_LATENCIES_H_
