#include "server/target_watch.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/call_status.h"
#include "server/grpc/call_metadata.h"
#include "server/proto_time.h"

namespace spillway::server {
namespace {

// gRPC tells a method that blocks nothing of its caller; it has to look.
constexpr router::Duration kBetweenLooks = std::chrono::milliseconds(200);

router::Instant Now() { return std::chrono::steady_clock::now(); }

}  // namespace

grpc::Status TargetWatch::Serve(const v1::WatchTargetsRequest& request, const Watcher& watcher) {
  std::optional<router::Duration> interval;
  if (request.has_interval()) {
    interval = FromProto(request.interval());
    if (*interval < kShortestWatchInterval) {
      return ToGrpc(StatusOf({FieldViolation{"interval", "must be 100ms at least"}}));
    }
  }
  const absl::Cleanup leave = [this] { --watchers_; };
  if (++watchers_ > kMostWatchers) {
    return ToGrpc(Refused(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHERS",
                          absl::StrCat(kMostWatchers, " others watch already")));
  }
  WatchPace pace(interval);
  for (;;) {
    const std::uint64_t seen = changes_.changes();
    v1::WatchTargetsResponse response;
    read_(response);
    pace.Told(Now());
    if (!watcher.tell(response)) return grpc::Status::CANCELLED;
    if (grpc::Status status = WaitUntilDue(watcher, pace, seen); !status.ok()) return status;
  }
}

grpc::Status TargetWatch::WaitUntilDue(const Watcher& watcher, const WatchPace& pace,
                                       std::uint64_t seen) const {
  for (;;) {
    if (stopped_.HasBeenNotified()) {
      return ToGrpc(Refused(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", "the server is stopping"));
    }
    if (watcher.has_left()) return grpc::Status::CANCELLED;
    const bool changed = changes_.changes() != seen;
    const router::Duration left = pace.Due(changed) - Now();
    if (left <= router::Duration::zero()) return grpc::Status::OK;
    const router::Duration pause = std::min(left, kBetweenLooks);
    if (changed) {
      stopped_.WaitForNotificationWithTimeout(absl::FromChrono(pause));
    } else {
      changes_.WaitPast(seen, pause);
    }
  }
}

void TargetWatch::Stop() {
  if (!stopped_.HasBeenNotified()) stopped_.Notify();
  changes_.Announce();
}

}  // namespace spillway::server
