#include "server/grpc/open_connections.h"

#include <sys/stat.h>

namespace spillway::server {
namespace {

// 0: it is closed.
ino_t InodeOf(int descriptor) {
  struct stat socket = {};
  return fstat(descriptor, &socket) == 0 ? socket.st_ino : 0;
}

}  // namespace

void OpenConnections::Add(int descriptor) { inodes_[descriptor] = InodeOf(descriptor); }

std::size_t OpenConnections::Count() {
  absl::erase_if(inodes_, [](const auto& entry) { return InodeOf(entry.first) != entry.second; });
  return inodes_.size();
}

}  // namespace spillway::server
