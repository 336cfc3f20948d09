#include "server/config/file_fingerprint.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace spillway::server {
namespace {

std::int64_t Nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileFingerprint FingerprintOf(const std::string& path) {
  FileFingerprint fingerprint;
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    fingerprint.error = errno;
    return fingerprint;
  }
  fingerprint.device = found.st_dev;
  fingerprint.inode = found.st_ino;
  fingerprint.size = static_cast<std::uint64_t>(found.st_size);
  fingerprint.modified_ns = Nanoseconds(found.st_mtim);
  fingerprint.changed_ns = Nanoseconds(found.st_ctim);
  return fingerprint;
}

std::chrono::nanoseconds SettlingTime(const FileFingerprint& fingerprint,
                                      std::chrono::system_clock::time_point now) {
  if (fingerprint.error != 0) return std::chrono::nanoseconds::zero();
  const std::chrono::nanoseconds age =
      now.time_since_epoch() - std::chrono::nanoseconds(fingerprint.changed_ns);
  // A stamp from the future is a file server's clock, and waiting for it may take for ever.
  if (age >= kTimestampStep || age < -kTimestampStep) return std::chrono::nanoseconds::zero();
  return kTimestampStep - std::max(age, std::chrono::nanoseconds::zero());
}

WatchedFiles LookAgain(const WatchedFiles& files) {
  WatchedFiles now;
  now.reserve(files.size());
  for (const WatchedFile& file : files) now.push_back({file.path, FingerprintOf(file.path)});
  return now;
}

}  // namespace spillway::server
