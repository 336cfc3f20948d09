#include "transport/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace spillway::transport {
namespace {

// Of a socket that carries streams; the kernel makes it 128 KiB, which is what it begins with on its own.
constexpr int kStreamReceiveBuffer = 64 * 1024;

}  // namespace

void SetConnectionOptions(int descriptor) {
  const auto set = [&](int level, int name, int value) {
    setsockopt(descriptor, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
}

void CapReceiveBuffer(int descriptor) {
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kStreamReceiveBuffer, sizeof kStreamReceiveBuffer);
}

}  // namespace spillway::transport
