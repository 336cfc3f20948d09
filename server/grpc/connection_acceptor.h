// Accepts connections for gRPC, as long as there is room for them.
//
// gRPC can listen for itself, but lets in everybody, and does not come back once it has run out of
// descriptors. Here whoever finds no room waits in the kernel's backlog until somebody has left; a look every
// tenth of a second is all that costs. Nothing is said to the client: it connects, or its own deadline ends.
//
// A thread of its own, which sleeps unless a connection comes: calls do not pass it. Listen, Start, Stop and
// the destructor on one thread; the rest on any.
#ifndef SPILLWAY_SERVER_GRPC_CONNECTION_ACCEPTOR_H_
#define SPILLWAY_SERVER_GRPC_CONNECTION_ACCEPTOR_H_

#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/grpc/accept_bound.h"
#include "server/grpc/listening_sockets.h"
#include "server/grpc/open_connections.h"

namespace spillway::server {

class ConnectionAcceptor {
 public:
  struct Options {
    // host:port; port 0 picks one.
    std::string address;
    // What errors call it, as `server.grpc.address`; empty: nothing.
    std::string setting = {};
    std::size_t max_connections = 10'000;
    // No connection gets a descriptor of this number or above.
    int max_descriptor = INT_MAX;
    // As ListeningSockets'.
    std::chrono::milliseconds user_timeout{0};
    // Between two looks at whether there is room again.
    std::chrono::milliseconds pause{100};
  };
  // Takes over a connected, non-blocking socket. On the acceptor's thread; not after Stop.
  using Take = absl::AnyInvocable<void(int listener, int descriptor)>;

  // Bound and listening, but nobody is let in before Start. UNAVAILABLE: the address cannot be bound; the
  // message says why.
  static absl::StatusOr<std::unique_ptr<ConnectionAcceptor>> Listen(const Options& options);
  ~ConnectionAcceptor() { Stop(); }

  void Start(Take take);

  // Lets in those who have been waiting, where there is room, and closes the port. More than once.
  void Stop();

  int port() const { return port_; }
  // Where a client on this machine connects.
  const sockaddr_storage& own_address() const { return own_address_; }

  // Those still open. Looks at each: some milliseconds for 10,000.
  std::size_t CountConnections();
  // There is no room: whoever connects waits.
  bool full() const { return full_; }
  // How often it became full for want of these.
  std::uint64_t times_full(AcceptBound bound) const { return times_full_[static_cast<std::size_t>(bound)]; }

 private:
  ConnectionAcceptor(const Options& options, ListeningSockets sockets, int wake);

  void Run();
  // Nobody waits at `listener` any more: true. False: no room.
  bool AcceptAll(int listener);
  void Admit(int listener, int descriptor);
  std::optional<AcceptBound> MissingRoom();
  void SetFull(AcceptBound bound);
  // Whether Stop was called.
  bool WaitUnlessStopped(bool for_clients);

  const Options options_;
  ListeningSockets sockets_;
  const int port_;
  const sockaddr_storage own_address_;
  // An eventfd: it can be read once Stop was called.
  const int wake_;
  Take take_;
  std::atomic<bool> full_{false};
  std::array<std::atomic<std::uint64_t>, kAcceptBounds> times_full_{};
  std::chrono::steady_clock::time_point counted_;
  std::chrono::steady_clock::time_point logged_;
  absl::Mutex mutex_;
  OpenConnections open_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_CONNECTION_ACCEPTOR_H_
