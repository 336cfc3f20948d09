// A body in chunked transfer coding, decoded as it comes: any split of the bytes gives the same result.
//
// Extensions and trailers are read over, but not without bound. No I/O. Thread-safety: none.
#ifndef SPILLWAY_SERVER_HTTP_CHUNK_DECODER_H_
#define SPILLWAY_SERVER_HTTP_CHUNK_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/request_head.h"

namespace spillway::server {

class ChunkDecoder {
 public:
  // `max_overhead`: of everything that is not a chunk's content.
  ChunkDecoder(std::size_t max_body, std::size_t max_overhead)
      : max_body_(max_body), max_overhead_(max_overhead) {}

  // Takes from the front of `bytes` what belongs to the body and appends its content to `body`.
  std::optional<Refusal> Feed(std::string_view& bytes, std::string& body);
  bool done() const { return state_ == State::kDone; }

 private:
  enum class State : std::uint8_t {
    kSizeBegin,
    kSize,
    kSizeBlank,
    kExtension,
    kSizeLf,
    kContent,
    kContentCr,
    kContentLf,
    kTrailerBegin,
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kLastLf,
    kDone,
  };

  // One byte of framing. False: it cannot stand here.
  bool Step(char c);
  bool StepSize(char c);
  bool StepTrailer(char c);
  bool Expect(bool met, State next);

  const std::size_t max_body_;
  const std::size_t max_overhead_;
  State state_ = State::kSizeBegin;
  // Of the chunk, what is still to come.
  std::uint64_t left_ = 0;
  std::size_t overhead_ = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_CHUNK_DECODER_H_
