// Sockets that listen at one address of the configuration.
//
// A name may stand for several addresses (localhost: 127.0.0.1 and ::1), all on one port. 0.0.0.0 and [::]
// are both families at once, as gRPC has it. What clients' sockets inherit is set here.
//
// Not thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_LISTENING_SOCKETS_H_
#define SPILLWAY_SERVER_GRPC_LISTENING_SOCKETS_H_

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace spillway::server {

class ListeningSockets {
 public:
  // `address` is host:port; port 0 picks one. A client that acknowledges nothing for `user_timeout` is gone;
  // 0: the kernel decides. UNAVAILABLE: it cannot be bound; the message is the reason alone.
  static absl::StatusOr<ListeningSockets> Open(const std::string& address,
                                               std::chrono::milliseconds user_timeout);

  ListeningSockets() = default;
  ListeningSockets(ListeningSockets&& other) noexcept { swap(other); }
  ListeningSockets& operator=(ListeningSockets&& other) noexcept {
    swap(other);
    return *this;
  }
  ~ListeningSockets() { Close(); }

  void Close();

  int port() const { return port_; }
  // Non-blocking.
  const std::vector<int>& descriptors() const { return descriptors_; }
  // Where a client on this machine reaches the first of them.
  const sockaddr_storage& own_address() const { return own_address_; }

 private:
  void swap(ListeningSockets& other) noexcept;
  // An errno, or 0.
  int Add(const sockaddr* address, socklen_t size, std::chrono::milliseconds user_timeout);

  std::vector<int> descriptors_;
  int port_ = 0;
  sockaddr_storage own_address_{};
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_LISTENING_SOCKETS_H_
