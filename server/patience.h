// What a shutdown waits with: each wait has its own end, and a second signal ends them all.
//
// Thread-safe.
#ifndef SPILLWAY_SERVER_PATIENCE_H_
#define SPILLWAY_SERVER_PATIENCE_H_

#include <algorithm>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace spillway::server {

class Patience {
 public:
  // From now on nothing is waited for.
  void End() {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }

  bool ended() const {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }

  // Blocks until `until`.
  void Sleep(absl::Time until) const {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithDeadline(absl::Condition(&ended_), until);
  }

  // Blocks until `wait` says that it has come to pass, or `until`. `wait` itself blocks, until the time it is
  // given at most.
  template <class Wait>
  void Await(absl::Time until, Wait wait) const {
    while (!ended()) {
      const absl::Time now = absl::Now();
      if (now >= until || wait(std::min(until, now + kGlance))) return;
    }
  }

 private:
  // How soon the end is noticed by a wait that knows nothing of it.
  static constexpr absl::Duration kGlance = absl::Milliseconds(50);

  mutable absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_PATIENCE_H_
