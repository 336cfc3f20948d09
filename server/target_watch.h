// WatchTargets: tells each watcher at once, at every change, and every so often if it asked for that.
//
// Thread-safe. Each watcher keeps the thread it came on; there are few of them, and no call waits for one:
// changes are announced, not delivered. One that reads nothing holds up itself.
#ifndef SPILLWAY_SERVER_TARGET_WATCH_H_
#define SPILLWAY_SERVER_TARGET_WATCH_H_

#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/synchronization/notification.h"
#include "router/time.h"
#include "server/change_signal.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::server {

// The shortest interval there is, and the least time between two messages to a watcher.
inline constexpr router::Duration kShortestWatchInterval = std::chrono::milliseconds(100);

inline constexpr int kMostWatchers = 16;

// When a watcher is to be told next. Pure.
class WatchPace {
 public:
  explicit WatchPace(std::optional<router::Duration> interval) : interval_(interval) {}

  void Told(router::Instant now) { told_ = now; }

  // `changed`: there is news since then. kNever: not before there is.
  router::Instant Due(bool changed) const {
    if (changed) return router::SaturatingAdd(told_, kShortestWatchInterval);
    return interval_ ? router::SaturatingAdd(told_, *interval_) : router::kNever;
  }

 private:
  std::optional<router::Duration> interval_;
  router::Instant told_;
};

class TargetWatch {
 public:
  // How one watcher is served.
  struct Watcher {
    // Whether it has gone; asked a few times a second.
    absl::FunctionRef<bool()> has_left;
    // False: it has gone.
    absl::FunctionRef<bool(const v1::WatchTargetsResponse&)> tell;
  };

  // Both outlive it. `read` gives all targets as they are.
  TargetWatch(ChangeSignal& changes, std::function<void(v1::WatchTargetsResponse&)> read)
      : changes_(changes), read_(std::move(read)) {}

  // Blocks until the watcher leaves (CANCELLED), or Stop (UNAVAILABLE).
  grpc::Status Serve(const v1::WatchTargetsRequest& request, const Watcher& watcher);

  // Ends every watch, and those to come, soon.
  void Stop();

 private:
  // Until the watcher is due, or not to be told any more.
  grpc::Status WaitUntilDue(const Watcher& watcher, const WatchPace& pace, std::uint64_t seen) const;

  ChangeSignal& changes_;
  const std::function<void(v1::WatchTargetsResponse&)> read_;
  std::atomic<int> watchers_{0};
  absl::Notification stopped_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TARGET_WATCH_H_
