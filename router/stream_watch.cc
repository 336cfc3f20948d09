#include "router/stream_watch.h"

#include <algorithm>

namespace spillway::router {
namespace {

// So many idle timeouts may pass from token to token while there are signs of life.
constexpr int kIdleTimeoutsWithoutToken = 4;

// Of a timeout that may be as good as endless.
Duration Times(Duration timeout, int factor) {
  return timeout > Duration::max() / factor ? Duration::max() : timeout * factor;
}

}  // namespace

StreamWatch::StreamWatch(const Try& attempt, Instant start)
    : deadline_(attempt.deadline),
      on_deadline_(attempt.on_timeout),
      idle_timeout_(attempt.stream_idle_timeout),
      first_token_by_(SaturatingAdd(start, attempt.first_token_timeout)) {}

void StreamWatch::OnToken(Instant now) {
  has_token_ = true;
  last_token_ = now;
  last_life_ = now;
}

void StreamWatch::Resume(Instant now) {
  if (!paused_) return;
  paused_ = false;
  OnToken(now);
}

Instant StreamWatch::SilentUntil() const {
  if (paused_) return kNever;
  if (!has_token_) return first_token_by_;
  return std::min(SaturatingAdd(last_life_, idle_timeout_),
                  SaturatingAdd(last_token_, Times(idle_timeout_, kIdleTimeoutsWithoutToken)));
}

Instant StreamWatch::deadline() const { return std::min(deadline_, SilentUntil()); }

Failure StreamWatch::failure() const {
  if (deadline_ <= SilentUntil()) return on_deadline_;
  return has_token_ ? Failure::kStalled : Failure::kFirstTokenTimeout;
}

}  // namespace spillway::router
