// Which file a path leads to and when that last changed: enough to see that it is another one now.
//
// Symbolic links are followed, so that a write in place, a rename over the file and a link swapped
// anywhere on the way to it (which is how Kubernetes updates a mounted ConfigMap or Secret) all show.
//
// Values; the functions are thread-safe. They look at files and read none. Time is an argument.
#ifndef SPILLWAY_SERVER_CONFIG_FILE_FINGERPRINT_H_
#define SPILLWAY_SERVER_CONFIG_FILE_FINGERPRINT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace spillway::server {

struct FileFingerprint {
  // Why there is nothing to see (an errno); 0: there is.
  int error = 0;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  // Since the epoch: of the contents, and of the file's other properties, its permissions among them.
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;

  friend bool operator==(const FileFingerprint&, const FileFingerprint&) = default;
};

struct WatchedFile {
  std::string path;
  FileFingerprint fingerprint;

  friend bool operator==(const WatchedFile&, const WatchedFile&) = default;
};

using WatchedFiles = std::vector<WatchedFile>;

FileFingerprint FingerprintOf(const std::string& path);

// Time stamps are as coarse as the kernel's tick, 10 ms at most.
inline constexpr std::chrono::milliseconds kTimestampStep(12);

// How long somebody who took this fingerprint at `now` (wall-clock time) and wants to read the file must
// wait, so that whatever changes after the reading bears another time stamp. Zero but for a file that has
// just changed.
std::chrono::nanoseconds SettlingTime(const FileFingerprint& fingerprint,
                                      std::chrono::system_clock::time_point now);

// The same files as they stand now.
WatchedFiles LookAgain(const WatchedFiles& files);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_FILE_FINGERPRINT_H_
