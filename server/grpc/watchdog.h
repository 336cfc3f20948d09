// Tries, every now and then, what a client would: a server that lets nobody in any more says so, and is
// restarted.
//
// A thread of its own. Construct and destroy on one thread; the rest on any.
#ifndef SPILLWAY_SERVER_GRPC_WATCHDOG_H_
#define SPILLWAY_SERVER_GRPC_WATCHDOG_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace spillway::server {

class Watchdog {
 public:
  struct Options {
    std::chrono::milliseconds interval{5000};
    // So many in a row, and something is wrong.
    int misses = 3;
  };
  // Blocks; returns soon once `stop`, a descriptor, can be read.
  using Dial = std::function<absl::Status(int stop)>;

  Watchdog(const Options& options, Dial dial);
  // Waits for a dial under way, which is told to stop.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Empty: the server is well, as far as is known.
  std::string Complaint() const;
  std::uint64_t failures() const { return failures_; }

 private:
  void Run();
  void Judge(const absl::Status& status);
  // Whether it is over.
  bool Sleep() const;

  const Options options_;
  const Dial dial_;
  // An eventfd; -1 if there was none to be had, and then nothing is watched.
  const int stop_;
  std::atomic<std::uint64_t> failures_{0};
  mutable absl::Mutex mutex_;
  int misses_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string last_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_WATCHDOG_H_
