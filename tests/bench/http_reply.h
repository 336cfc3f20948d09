// Reads HTTP/1.1 answers out of the bytes of one connection, however they are cut, and judges each.
//
// Not a general reader: it takes what servers send to a POST of JSON, and is strict about where a body ends.
// Shares no code with the server, so that it is a second opinion on what that sends.
// Thread-safety: none; no I/O, no clock. Memory: one answer.
#ifndef SPILLWAY_TESTS_BENCH_HTTP_REPLY_H_
#define SPILLWAY_TESTS_BENCH_HTTP_REPLY_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::bench {

class HttpReply {
 public:
  enum class State {
    kHead,
    kBody,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailers,
    kUntilClose,
    kWhole,
    kMalformed
  };

  // Takes bytes up to the answer's end and returns how many. Fewer than given: the answer is whole or
  // malformed.
  std::size_t Feed(std::string_view bytes);
  // The peer closed the connection, which is the end of some answers.
  void OnClose();
  // For the next answer.
  void Reset() { *this = HttpReply(); }

  State state() const { return state_; }
  bool whole() const { return state_ == State::kWhole; }
  bool malformed() const { return state_ == State::kMalformed; }
  int status() const { return status_; }
  const std::string& body() const { return body_; }
  // The server takes no further request on this connection.
  bool closes() const { return closes_; }

 private:
  void OnLine(std::string_view line);
  void OnField(std::string_view line);
  void OnHeadEnd();
  void OnChunkSize(std::string_view line);

  State state_ = State::kHead;
  std::string line_;
  std::string body_;
  std::size_t lacking_ = 0;
  int status_ = 0;
  bool has_length_ = false;
  bool chunked_ = false;
  bool closes_ = false;
};

// Empty for a whole 200 whose body has `expected_bytes` bytes (0: any but none) and contains
// `expected_text`; else why not: "http 503", "malformed answer", "body of 12 bytes", "another body".
std::string FaultOf(const HttpReply& reply, std::size_t expected_bytes, std::string_view expected_text);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_HTTP_REPLY_H_
