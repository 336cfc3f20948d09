// One plain-text HTTP/2 connection that repeats one gRPC unary call, and looks hard at each reply.
//
// Thread-safety: none. Ownership: owns its socket and the calls in flight on it.
// Time: never waits, save in the constructor, which connects; the caller polls fd().
#ifndef SPILLWAY_TESTS_BENCH_H2_CONNECTION_H_
#define SPILLWAY_TESTS_BENCH_H2_CONNECTION_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

struct nghttp2_session;

namespace spillway::bench {

using Headers = std::vector<std::pair<std::string, std::string>>;

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
};

// What came back on a stream.
struct Reply {
  int http_status = 0;
  // Empty: there was none.
  std::string grpc_status;
  // Data bytes, prefix included, and the prefix itself.
  std::size_t bytes = 0;
  std::array<std::uint8_t, 5> prefix{};
  // HTTP/2 error code of a reset stream, 0 for an orderly end.
  std::uint32_t reset = 0;
};

// Empty for a whole, successful unary reply; else why not: "http 503", "grpc-status 14", "reset 8",
// "no grpc-status", "malformed message", "message of 12 bytes". `expected_bytes` is the message's
// length; 0: any but none.
std::string FaultOf(const Reply& reply, std::size_t expected_bytes);

class H2Connection {
 public:
  using Clock = std::chrono::steady_clock;
  // The time given to Submit, and the reply.
  using DoneHandler = std::function<void(Clock::time_point intended, const Reply&)>;

  // Connects and queues the preface. Throws std::runtime_error naming the address. `request` must outlive
  // the connection.
  H2Connection(const Request& request, DoneHandler done);
  ~H2Connection();
  H2Connection(const H2Connection&) = delete;
  H2Connection& operator=(const H2Connection&) = delete;

  // Starts a call; its bytes leave with the next Flush.
  void Submit(Clock::time_point intended);

  // Reads what there is and reports finished calls.
  void OnReadable();

  // Writes what the socket takes.
  void Flush();

  int fd() const { return fd_; }
  // The peer's settings have come.
  bool ready() const { return ready_; }
  // The connection broke, or the peer ended it. Its calls in flight will never finish.
  bool lost() const { return lost_; }
  // Bytes wait for the socket.
  bool blocked() const { return !pending_.empty(); }

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
