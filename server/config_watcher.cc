#include "server/config_watcher.h"

#include <utility>

#include "absl/time/time.h"

namespace spillway::server {

ConfigWatcher::ConfigWatcher(std::function<WatchedFiles()> files, std::function<void()> reload,
                             std::chrono::milliseconds interval)
    : files_(std::move(files)),
      reload_(std::move(reload)),
      interval_(interval),
      thread_([this] { Watch(); }) {}

ConfigWatcher::~ConfigWatcher() {
  {
    const absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  thread_.join();
}

void ConfigWatcher::Watch() {
  SettleRule rule;
  while (Pause()) {
    const WatchedFiles read = files_();
    if (rule.Look(read, LookAgain(read))) reload_();
  }
}

bool ConfigWatcher::Pause() {
  const absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&ending_), absl::FromChrono(interval_));
}

}  // namespace spillway::server
