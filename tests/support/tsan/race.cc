// Two threads that take a mutex each, and not the same: ThreadSanitizer must say so, also with all that is
// told and suppressed here.
#include <thread>

#include "absl/synchronization/mutex.h"

int main() {
  absl::Mutex mine, others;
  int count = 0;
  const auto add = [&count](absl::Mutex* mutex) {
    for (int i = 0; i < 1000; ++i) {
      const absl::MutexLock lock(mutex);
      ++count;
    }
  };
  std::thread other([&] { add(&others); });
  add(&mine);
  other.join();
}
