#include "tests/support/plain_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace spillway::testing {

using std::chrono::steady_clock;

PlainConnection::PlainConnection(std::uint16_t port)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ended_ = true;
}

PlainConnection::~PlainConnection() { close(socket_); }

void PlainConnection::Send(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // Whatever the peer said before it left can still be read.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool PlainConnection::ReadSome(steady_clock::time_point until, std::string& into) {
  if (ended_) return false;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
  pollfd source{socket_, POLLIN, 0};
  if (left <= 0 || poll(&source, 1, static_cast<int>(left)) != 1) return false;
  char buffer[16 * 1024];
  const ssize_t size = recv(socket_, buffer, sizeof buffer, 0);
  if (size <= 0) {
    ended_ = true;
    return false;
  }
  into.append(buffer, static_cast<std::size_t>(size));
  return true;
}

std::string PlainConnection::ReadToEnd(std::chrono::milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  std::string bytes;
  while (ReadSome(until, bytes)) {
  }
  return bytes;
}

std::string PlainConnection::ReadUntil(std::string_view mark, std::chrono::milliseconds timeout) {
  const auto until = steady_clock::now() + timeout;
  std::string bytes;
  while (bytes.find(mark) == std::string::npos && ReadSome(until, bytes)) {
  }
  return bytes;
}

PlainResponse ParsePlainResponse(const std::string& bytes) {
  PlainResponse response;
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (bytes.compare(0, kVersion.size(), kVersion) != 0) return response;
  response.status = std::atoi(bytes.c_str() + kVersion.size());
  const std::size_t end = bytes.find("\r\n\r\n");
  response.head = bytes.substr(0, end);
  if (end != std::string::npos) response.body = bytes.substr(end + 4);
  return response;
}

PlainResponse Get(std::uint16_t port, const std::string& target) {
  PlainConnection connection(port);
  connection.Send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  return ParsePlainResponse(connection.ReadToEnd());
}

}  // namespace spillway::testing
