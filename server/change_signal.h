// Wakes those who wait for the next change of something that they look at themselves.
//
// Thread-safe. Announcing is cheap and waits for nobody; changes that come while nobody looks are one.
#ifndef SPILLWAY_SERVER_CHANGE_SIGNAL_H_
#define SPILLWAY_SERVER_CHANGE_SIGNAL_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "router/time.h"

namespace spillway::server {

class ChangeSignal {
 public:
  void Announce() {
    const absl::MutexLock lock(&mutex_);
    ++changes_;
    changed_.SignalAll();
  }

  // How many there have been. Read before looking: what changes after that is then not missed.
  std::uint64_t changes() const {
    const absl::MutexLock lock(&mutex_);
    return changes_;
  }

  // Until there have been others than these, or for `at_most`.
  void WaitPast(std::uint64_t changes, router::Duration at_most) const {
    const absl::Time until = absl::Now() + absl::FromChrono(at_most);
    const absl::MutexLock lock(&mutex_);
    while (changes_ == changes) {
      if (changed_.WaitWithDeadline(&mutex_, until)) return;
    }
  }

 private:
  mutable absl::Mutex mutex_;
  mutable absl::CondVar changed_;
  std::uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CHANGE_SIGNAL_H_
