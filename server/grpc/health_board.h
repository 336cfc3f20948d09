// The serving status and who watches it.
//
// Thread-safe. Watchers are told of a change on the thread that makes it, outside the lock.
#ifndef SPILLWAY_SERVER_GRPC_HEALTH_BOARD_H_
#define SPILLWAY_SERVER_GRPC_HEALTH_BOARD_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace spillway::server {

class HealthWatcher {
 public:
  virtual ~HealthWatcher() = default;
  virtual void OnServing(bool serving) = 0;
  // The server is going away: the watch ends.
  virtual void OnClosing() = 0;
};

class HealthBoard {
 public:
  bool serving() const {
    absl::MutexLock lock(&mutex_);
    return serving_;
  }

  void Set(bool serving) {
    std::vector<std::weak_ptr<HealthWatcher>> watchers;
    {
      absl::MutexLock lock(&mutex_);
      if (serving_ == serving) return;
      serving_ = serving;
      watchers = watchers_;
    }
    for (const auto& weak : watchers) {
      if (const auto watcher = weak.lock()) watcher->OnServing(serving);
    }
  }

  // Ends every watch. A server cannot shut down while one is open.
  void Close() {
    std::vector<std::weak_ptr<HealthWatcher>> watchers;
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
      watchers = std::move(watchers_);
      watchers_.clear();
    }
    for (const auto& weak : watchers) {
      if (const auto watcher = weak.lock()) watcher->OnClosing();
    }
  }

  // Tells `watcher` the status now and of each change for as long as it lives. One that comes
  // after Close is ended at once.
  void Watch(const std::shared_ptr<HealthWatcher>& watcher) {
    bool serving = false;
    bool closed = false;
    {
      absl::MutexLock lock(&mutex_);
      std::erase_if(watchers_, [](const auto& weak) { return weak.expired(); });
      watchers_.push_back(watcher);
      serving = serving_;
      closed = closed_;
    }
    // Set may have told it of a change meanwhile; what it is told last is what is so.
    for (bool told = !serving; told != serving; serving = this->serving()) {
      watcher->OnServing(serving);
      told = serving;
    }
    if (closed) watcher->OnClosing();
  }

 private:
  mutable absl::Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<HealthWatcher>> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_HEALTH_BOARD_H_
