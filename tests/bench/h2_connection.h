// One plain-text HTTP/2 connection that repeats one gRPC call, and looks hard at each reply: of one message,
// or a stream of them.
//
// Thread-safety: none. Ownership: owns its socket and the calls in flight on it.
// Time: never waits, save in the constructor, which connects; the caller polls fd().
#ifndef SPILLWAY_TESTS_BENCH_H2_CONNECTION_H_
#define SPILLWAY_TESTS_BENCH_H2_CONNECTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "tests/bench/load_connection.h"

struct nghttp2_session;

namespace spillway::bench {

// The call to repeat.
struct Request {
  // host:port, the host an IPv4 literal or a name.
  std::string authority;
  // "/spillway.v1.RouterService/Chat".
  std::string path;
  // Beyond what gRPC itself needs; names in lower case.
  Headers headers;
  // The message with its 5-byte gRPC prefix.
  std::string body;
  // Length of the reply's message; 0: any but none.
  std::size_t expected_bytes = 0;
  // The reply is a stream of messages; `expected_bytes` is not looked at.
  bool streamed = false;
  // The peer is never told that anything was read, so it may send 64 KiB a call and no more.
  bool stalled = false;
};

// What came back on a stream.
struct Reply {
  int http_status = 0;
  // Empty: there was none.
  std::string grpc_status;
  // Data bytes, the messages' prefixes included.
  std::size_t bytes = 0;
  // Messages that came whole.
  std::size_t messages = 0;
  // When the first data came.
  std::optional<Clock::time_point> first_data;
  // Where the data stands: the latest message's prefix, how much of it is here, and what the message lacks.
  std::array<std::uint8_t, 5> prefix{};
  std::size_t prefix_read = 0;
  std::size_t lacking = 0;
  // HTTP/2 error code of a reset stream, 0 for an orderly end.
  std::uint32_t reset = 0;
};

// Empty for a whole, successful unary reply; else why not: "http 503", "grpc-status 14", "reset 8",
// "no grpc-status", "malformed message", "message of 12 bytes". `expected_bytes` is the message's
// length; 0: any but none.
std::string FaultOf(const Reply& reply, std::size_t expected_bytes);

// The same of a stream: any number of messages but none. "ended inside a message", "no message".
std::string FaultOfStream(const Reply& reply);

class H2Connection : public LoadConnection {
 public:
  // Connects and queues the preface. Throws std::runtime_error naming the address. `request` must outlive
  // the connection.
  H2Connection(const Request& request, DoneHandler done);
  ~H2Connection() override;
  H2Connection(const H2Connection&) = delete;
  H2Connection& operator=(const H2Connection&) = delete;

  void Submit(Clock::time_point intended) override;
  void OnReadable() override;
  void Flush() override;

  int fd() const override { return fd_; }
  bool one_at_a_time() const override { return false; }
  // The peer's settings have come.
  bool ready() const override { return ready_; }
  // The connection broke, or the peer ended it.
  bool lost() const override { return lost_; }
  bool blocked() const override { return !pending_.empty(); }

 private:
  struct Call {
    H2Connection* connection;
    Clock::time_point intended;
    std::size_t body_sent = 0;
    Reply reply;
  };
  struct Callbacks;

  void StartSession();
  void Finish(Call* call, std::uint32_t error);

  const Request& request_;
  DoneHandler done_;
  int fd_ = -1;
  nghttp2_session* session_ = nullptr;
  std::unordered_set<Call*> calls_;
  std::string pending_;
  bool ready_ = false;
  bool lost_ = false;
};

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_H2_CONNECTION_H_
