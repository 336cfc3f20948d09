// Reads one request from bytes as they come: any split of the bytes gives the same result.
//
// No I/O. Sizes are bounded; trailers are dropped; empty lines before a request are skipped, and begin none.
//
// Thread-safety: none. Reset() begins the next request on the same connection.
#ifndef SPILLWAY_SERVER_HTTP_REQUEST_READER_H_
#define SPILLWAY_SERVER_HTTP_REQUEST_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/chunk_decoder.h"
#include "server/http/http_limits.h"
#include "server/http/request_head.h"

namespace spillway::server {

class RequestReader {
 public:
  enum class Progress : std::uint8_t {
    kNeedMore,
    // TakeRequest() has it.
    kComplete,
    // refusal() says why.
    kRefused,
  };

  // `limits` outlive the reader.
  explicit RequestReader(const HttpLimits& limits) : limits_(limits) {}

  void Reset();

  // Takes from the front of `bytes` what belongs to this request; all, when it needs more. Not to be called
  // after anything but kNeedMore.
  Progress Feed(std::string_view& bytes);

  // Whether a byte of it has come.
  bool started() const { return started_; }
  // Whether its head is there.
  bool head_done() const { return head_done_; }
  // Whether the client holds the body back until it is told to go on.
  bool awaits_continue() const { return head_done_ && !body_begun_ && head_.expects_continue(); }

  bool http_1_0() const { return head_.http_1_0(); }
  bool is_head() const { return head_.is_head(); }
  bool keeps_alive() const { return head_.keeps_alive(); }

  // As far as it is there.
  const IncomingRequest& request() const { return head_.request; }
  IncomingRequest TakeRequest() { return std::move(head_.request); }
  const Refusal& refusal() const { return refusal_; }

 private:
  bool SkipEmptyLines(std::string_view& bytes);
  Progress FeedHead(std::string_view& bytes);
  Progress TakeLine(std::string_view line);
  Progress BeginBody();
  Progress FeedBody(std::string_view& bytes);
  Progress Refuse(const Refusal& refusal);

  const HttpLimits& limits_;
  RequestHead head_;
  std::optional<ChunkDecoder> chunks_;
  // The beginning of a line that is not there yet.
  std::string carry_;
  std::size_t head_bytes_ = 0;
  // Of a body with Content-Length.
  std::uint64_t body_left_ = 0;
  bool cr_skipped_ = false;
  bool started_ = false;
  bool head_done_ = false;
  bool body_begun_ = false;
  Refusal refusal_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_REQUEST_READER_H_
