// A connected, non-blocking TCP socket.
//
// Thread-safety: none. Time: waits for the connection, and only for that.
#ifndef SPILLWAY_TESTS_BENCH_TCP_SOCKET_H_
#define SPILLWAY_TESTS_BENCH_TCP_SOCKET_H_

#include <string>

namespace spillway::bench {

// host:port, the host an IPv4 literal or a name. Throws std::runtime_error naming the address.
int ConnectTo(const std::string& authority);

// From now on nothing on the socket waits.
void SetNonBlocking(int fd);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_TCP_SOCKET_H_
