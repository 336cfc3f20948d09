#include "server/http/chunk_decoder.h"

#include <algorithm>
#include <limits>

#include "server/http/http_text.h"

namespace spillway::server {
namespace {

// What a byte of framing that carries content may cost beside the bound: a chunk's size and its line ends.
constexpr std::size_t kFreePerChunk = 12;

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = LowerCase(c);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> ChunkDecoder::Feed(std::string_view& bytes, std::string& body) {
  while (!bytes.empty() && !done()) {
    if (state_ == State::kContent) {
      const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      body.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      left_ -= taken;
      if (left_ == 0) state_ = State::kContentCr;
      continue;
    }
    if (!Step(bytes.front())) return Refusal{400, "the chunked body is malformed"};
    bytes.remove_prefix(1);
    if (++overhead_ > max_overhead_) {
      return Refusal{431, "a chunked body's extensions and trailers exceed the limit"};
    }
    if (state_ == State::kContent) {
      if (left_ > max_body_ - std::min(body.size(), max_body_)) {
        return Refusal{413, "the body exceeds the limit"};
      }
      overhead_ -= std::min(overhead_, kFreePerChunk);
    }
  }
  return std::nullopt;
}

bool ChunkDecoder::Expect(bool met, State next) {
  state_ = next;
  return met;
}

bool ChunkDecoder::Step(char c) {
  switch (state_) {
    case State::kSizeBegin:
    case State::kSize:
    case State::kSizeBlank:
    case State::kExtension:
      return StepSize(c);
    case State::kSizeLf:
      return Expect(c == '\n', left_ == 0 ? State::kTrailerBegin : State::kContent);
    case State::kContentCr:
      return Expect(c == '\r', State::kContentLf);
    case State::kContentLf:
      return Expect(c == '\n', State::kSizeBegin);
    default:
      return StepTrailer(c);
  }
}

bool ChunkDecoder::StepSize(char c) {
  const std::optional<unsigned> digit = HexDigit(c);
  if (digit && (state_ == State::kSizeBegin || state_ == State::kSize)) {
    state_ = State::kSize;
    // Beyond any limit it need not be exact.
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    left_ = left_ > (kMost >> 4) ? kMost : left_ << 4 | *digit;
    return true;
  }
  if (state_ == State::kSizeBegin) return false;
  if (state_ == State::kExtension) {
    if (c == '\r') return Expect(true, State::kSizeLf);
    return IsValueChar(c);
  }
  if (c == ';') return Expect(true, State::kExtension);
  if (c == '\r') return Expect(state_ == State::kSize, State::kSizeLf);
  // Blanks may stand before an extension only.
  return Expect(IsBlank(c), State::kSizeBlank);
}

bool ChunkDecoder::StepTrailer(char c) {
  switch (state_) {
    case State::kTrailerBegin:
      if (c == '\r') return Expect(true, State::kLastLf);
      return Expect(IsTokenChar(c), State::kTrailerName);
    case State::kTrailerName:
      if (c == ':') return Expect(true, State::kTrailerValue);
      return IsTokenChar(c);
    case State::kTrailerValue:
      if (c == '\r') return Expect(true, State::kTrailerLf);
      return IsValueChar(c);
    case State::kTrailerLf:
      return Expect(c == '\n', State::kTrailerBegin);
    default:
      return Expect(c == '\n', State::kDone);
  }
}

}  // namespace spillway::server
