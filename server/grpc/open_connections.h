// Which of the connections handed to gRPC are still there.
//
// gRPC tells nobody when it closes one. A descriptor is still the connection it was as long as the socket
// behind it is the same, which its inode says: a look at each costs half a microsecond, so it is taken when
// it matters.
//
// Not thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_OPEN_CONNECTIONS_H_
#define SPILLWAY_SERVER_GRPC_OPEN_CONNECTIONS_H_

#include <sys/types.h>

#include <cstddef>

#include "absl/container/flat_hash_map.h"

namespace spillway::server {

class OpenConnections {
 public:
  // `descriptor` is open. Whoever had that number before has left.
  void Add(int descriptor);

  // There are no more than these. Looks at nothing.
  std::size_t at_most() const { return inodes_.size(); }

  // Looks at each.
  std::size_t Count();

 private:
  // By descriptor.
  absl::flat_hash_map<int, ino_t> inodes_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_OPEN_CONNECTIONS_H_
