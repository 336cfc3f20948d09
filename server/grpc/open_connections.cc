#include "server/grpc/open_connections.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace spillway::server {
namespace {

// 0: it is closed. gRPC may close it at this very moment, and somebody else open another under its number:
// either answer is a true one. (ThreadSanitizer knows fstat and would call it a race; statx it leaves alone.)
ino_t InodeOf(int descriptor) {
  struct statx socket = {};
  return statx(descriptor, "", AT_EMPTY_PATH, STATX_INO, &socket) == 0 ? socket.stx_ino : 0;
}

}  // namespace

void OpenConnections::Add(int descriptor) { inodes_[descriptor] = InodeOf(descriptor); }

std::size_t OpenConnections::Count() {
  absl::erase_if(inodes_, [](const auto& entry) { return InodeOf(entry.first) != entry.second; });
  return inodes_.size();
}

}  // namespace spillway::server
