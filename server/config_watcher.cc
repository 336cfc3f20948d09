#include "server/config_watcher.h"

#include <utility>

namespace spillway::server {

ConfigWatcher::ConfigWatcher(std::function<WatchedFiles()> files,
                             std::function<void(std::string_view trigger)> reload,
                             std::chrono::milliseconds interval)
    : files_(std::move(files)),
      reload_(std::move(reload)),
      interval_(interval),
      thread_([this] { Watch(); }) {}

ConfigWatcher::~ConfigWatcher() {
  End(absl::InfinitePast());
  thread_.join();
}

void ConfigWatcher::Ask(std::string_view trigger) {
  const absl::MutexLock lock(&mutex_);
  asked_ = trigger;
}

bool ConfigWatcher::End(absl::Time deadline) {
  const absl::MutexLock lock(&mutex_);
  ending_ = true;
  return mutex_.AwaitWithDeadline(absl::Condition(&ended_), deadline);
}

void ConfigWatcher::Watch() {
  SettleRule rule;
  std::string asked;
  while (Pause(asked)) {
    if (!asked.empty()) {
      reload_(asked);
      continue;
    }
    const WatchedFiles read = files_();
    if (rule.Look(read, LookAgain(read))) reload_("file");
  }
  const absl::MutexLock lock(&mutex_);
  ended_ = true;
}

bool ConfigWatcher::Pause(std::string& asked) {
  const absl::MutexLock lock(&mutex_);
  const auto woken = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ending_ || !asked_.empty(); };
  mutex_.AwaitWithTimeout(absl::Condition(&woken), absl::FromChrono(interval_));
  asked = std::exchange(asked_, "");
  return !ending_;
}

}  // namespace spillway::server
