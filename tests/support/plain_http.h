// HTTP/1.1 in the raw, over loopback: what was sent is what was written, and what came is shown whole.
//
// One connection, one thread; blocking, with a limit on every read.
#ifndef SPILLWAY_TESTS_SUPPORT_PLAIN_HTTP_H_
#define SPILLWAY_TESTS_SUPPORT_PLAIN_HTTP_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::testing {

class PlainConnection {
 public:
  // To 127.0.0.1.
  explicit PlainConnection(std::uint16_t port);
  ~PlainConnection();
  PlainConnection(const PlainConnection&) = delete;
  PlainConnection& operator=(const PlainConnection&) = delete;

  void Send(std::string_view bytes);

  // Everything up to the connection's end; what came until then after `timeout`.
  std::string ReadToEnd(std::chrono::milliseconds timeout = std::chrono::seconds(10));

  // Up to and including `mark`; less if the connection or the time ends before.
  std::string ReadUntil(std::string_view mark, std::chrono::milliseconds timeout = std::chrono::seconds(10));

  // Whether the peer ended the connection, as far as reading has seen.
  bool ended() const { return ended_; }

 private:
  bool ReadSome(std::chrono::steady_clock::time_point until, std::string& into);

  int socket_ = -1;
  bool ended_ = false;
};

struct PlainResponse {
  // 0: nothing that looks like HTTP came.
  int status = 0;
  // Status line and headers.
  std::string head;
  std::string body;
};

// Takes a whole answer apart.
PlainResponse ParsePlainResponse(const std::string& bytes);

// A GET on a connection of its own.
PlainResponse Get(std::uint16_t port, const std::string& target);

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_PLAIN_HTTP_H_
