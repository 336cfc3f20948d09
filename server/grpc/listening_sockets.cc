#include "server/grpc/listening_sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "server/host_port.h"

namespace spillway::server {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// Zero where the family is none of IP's.
in_port_t& PortOf(sockaddr_storage& address) {
  return address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                       : reinterpret_cast<sockaddr_in&>(address).sin_port;
}

bool IsWildcard(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  }
  return reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr == htonl(INADDR_ANY);
}

bool IsWildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

void Set(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

// Every address the host stands for; null: `error` says why.
std::unique_ptr<addrinfo, FreeAddresses> Resolve(const std::string& host, std::uint16_t port,
                                                 std::string& error) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) error = gai_strerror(code);
  return std::unique_ptr<addrinfo, FreeAddresses>(found);
}

}  // namespace

absl::StatusOr<ListeningSockets> ListeningSockets::Open(const std::string& address,
                                                        std::chrono::milliseconds user_timeout) {
  const auto [host, port] = SplitHostPort(address);
  const auto failed = [](const std::string& why) { return absl::UnavailableError(why); };
  ListeningSockets sockets;
  if (IsWildcard(host)) {
    sockaddr_in6 any = {};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    const int error = sockets.Add(reinterpret_cast<const sockaddr*>(&any), sizeof any, user_timeout);
    if (error == 0) return sockets;
    if (error == EADDRINUSE || error == EACCES || host == "::") return failed(std::strerror(error));
    // A machine without IPv6.
  }
  std::string reason = "the name has no address";
  const auto found = Resolve(host, port, reason);
  for (const addrinfo* each = found.get(); each != nullptr; each = each->ai_next) {
    const int error = sockets.Add(each->ai_addr, each->ai_addrlen, user_timeout);
    if (error == 0) continue;
    reason = std::strerror(error);
    // A name may have an address of a family this machine is without; all others must be ours.
    if (error != EADDRNOTAVAIL && error != EAFNOSUPPORT) return failed(reason);
  }
  if (sockets.descriptors_.empty()) return failed(reason);
  return sockets;
}

int ListeningSockets::Add(const sockaddr* address, socklen_t size, std::chrono::milliseconds user_timeout) {
  sockaddr_storage bound = {};
  std::memcpy(&bound, address, size);
  if (port_ != 0) PortOf(bound) = htons(static_cast<std::uint16_t>(port_));
  const int descriptor = socket(bound.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (descriptor < 0) return errno;
  // SO_REUSEPORT is left alone: two servers on one port would each get half of the calls, and nobody would
  // know.
  Set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  Set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  if (user_timeout.count() > 0) {
    Set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(user_timeout.count()));
  }
  if (bound.ss_family == AF_INET6) Set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, IsWildcard(bound) ? 0 : 1);
  socklen_t length = sizeof bound;
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&bound), size) != 0 ||
      listen(descriptor, SOMAXCONN) != 0 ||
      getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) != 0) {
    const int error = errno;
    close(descriptor);
    return error;
  }
  descriptors_.push_back(descriptor);
  if (port_ != 0) return 0;
  port_ = ntohs(PortOf(bound));
  if (IsWildcard(bound)) {
    bound = {};
    auto& loopback = reinterpret_cast<sockaddr_in&>(bound);
    loopback.sin_family = AF_INET;
    loopback.sin_port = htons(static_cast<std::uint16_t>(port_));
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  own_address_ = bound;
  return 0;
}

void ListeningSockets::Close() {
  for (const int descriptor : descriptors_) close(descriptor);
  descriptors_.clear();
}

void ListeningSockets::swap(ListeningSockets& other) noexcept {
  std::swap(descriptors_, other.descriptors_);
  std::swap(port_, other.port_);
  std::swap(own_address_, other.own_address_);
}

}  // namespace spillway::server
