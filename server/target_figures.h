// What has become of a target's attempts: counts, the latest failure, how long the latest answers took.
//
// For the operator's service; the metrics count the same for Prometheus. Record costs a few nanoseconds and,
// but for a failure's text, no memory. A target's figures belong to the I/O thread. The book that keeps them
// is thread-safe; what it has handed out lives, at its place, as long as the book: reloads come and go, and a
// call under way may still have news of a target that is configured no more.
#ifndef SPILLWAY_SERVER_TARGET_FIGURES_H_
#define SPILLWAY_SERVER_TARGET_FIGURES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "router/call_report.h"
#include "server/proto_time.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::server {

// The latest 64 of a series of lengths of time.
class LatestTimes {
 public:
  void Add(router::Duration time);
  // The smallest time that `percent` of them do not exceed (nearest rank); nothing: there is none.
  std::optional<router::Duration> Percentile(int percent) const;

 private:
  static constexpr std::size_t kMost = 64;

  // Microseconds; what is longer than the 71 minutes that fit is that long.
  std::array<std::uint32_t, kMost> times_{};
  // All that ever were.
  std::uint64_t count_ = 0;
};

class TargetFigures {
 public:
  // An attempt that has ended.
  void Record(const router::AttemptRecord& attempt);

  v1::TargetFigures Show(const WallClock& clock) const;

 private:
  struct LastFailure {
    router::Failure failure = router::Failure::kConnect;
    int http_status = 0;
    std::string message;
    std::string provider_code;
    router::Instant at;
  };

  std::uint64_t attempts_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t cancelled_ = 0;
  LatestTimes answers_;
  LatestTimes first_tokens_;
  // Of any, if there were failures.
  LastFailure last_failure_;
};

class FiguresBook {
 public:
  // Of the target's endpoint and model; there are as many as were ever configured.
  TargetFigures& Of(const router::TargetName& target);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::pair<std::string, std::string>, std::unique_ptr<TargetFigures>> figures_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TARGET_FIGURES_H_
