// Reloads the configuration when its file, or a file it refers to, has changed, or somebody asks for it.
//
// It looks at the files instead of having the system tell it: that works alike on every file system and for
// links swapped somewhere on the way to a file, and costs a few microseconds a look.
#ifndef SPILLWAY_SERVER_CONFIG_WATCHER_H_
#define SPILLWAY_SERVER_CONFIG_WATCHER_H_

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/config/file_fingerprint.h"

namespace spillway::server {

// When to reload: once the files are other ones than those that were read last, and have been the same for
// two looks in a row. A file half written is valid YAML more often than one thinks.
//
// A file that is gone is a change like any other: reading it fails, once, and nothing is changed. Pure; a
// value.
class SettleRule {
 public:
  // `read`: the files as they were when they were last read. `now`: the same as they are.
  bool Look(const WatchedFiles& read, const WatchedFiles& now) {
    const bool settled = now == last_;
    last_ = now;
    return settled && now != read;
  }

 private:
  WatchedFiles last_;
};

// A thread that looks, and calls `reload` from there with what made it: "file", or what Ask was given. A file
// system that hangs holds up that thread alone. Create and destroy on one thread; destroying it waits for a
// reload under way.
class ConfigWatcher {
 public:
  // `files` as they were last read; called before each look, `reload` must bring it up to date.
  ConfigWatcher(std::function<WatchedFiles()> files, std::function<void(std::string_view trigger)> reload,
                std::chrono::milliseconds interval = std::chrono::milliseconds(250));
  ~ConfigWatcher();
  ConfigWatcher(const ConfigWatcher&) = delete;
  ConfigWatcher& operator=(const ConfigWatcher&) = delete;

  // A reload as soon as none is under way, whether or not a file has changed; one for all who ask until then.
  // Any thread, and waits for nothing.
  void Ask(std::string_view trigger);

  // No reload begins from now on. False: one was still under way at `deadline`.
  bool End(absl::Time deadline);

 private:
  void Watch();
  // Until the next look, or somebody asks: what for, else empty. False: it is to end.
  bool Pause(std::string& asked);

  const std::function<WatchedFiles()> files_;
  const std::function<void(std::string_view trigger)> reload_;
  const std::chrono::milliseconds interval_;
  absl::Mutex mutex_;
  std::string asked_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_WATCHER_H_
