#include "server/descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace spillway::server {
namespace {

constexpr char kDescriptors[] = "/proc/self/fd";
constexpr int kLeastReserve = 16;

int CountEntries() {
  const auto close = [](DIR* open) { closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> directory(opendir(kDescriptors), close);
  if (directory == nullptr) return -1;
  int count = 0;
  while (const dirent* entry = readdir(directory.get())) count += entry->d_name[0] == '.' ? 0 : 1;
  // The directory's own.
  return count - 1;
}

}  // namespace

int DescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return INT_MAX;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, INT_MAX));
}

int LowestFreeDescriptor() {
  const int any = open("/", O_PATH | O_CLOEXEC);
  if (any < 0) return INT_MAX;
  close(any);
  return any;
}

int ClientDescriptors(int limit) { return std::max(limit - std::max(limit / 8, kLeastReserve), 1); }

int OpenDescriptors() {
  // Linux 6.2 and later say it at once.
  struct stat directory = {};
  if (stat(kDescriptors, &directory) == 0 && directory.st_size > 0)
    return static_cast<int>(directory.st_size);
  return CountEntries();
}

}  // namespace spillway::server
