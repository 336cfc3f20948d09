#include "server/grpc/wire_walk.h"

#include <algorithm>

namespace spillway::server {
namespace {

// As the wire format numbers them.
enum WireType : std::uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};

// Bytes of a varint.
constexpr int kMaxTagBytes = 5;
constexpr int kMaxNumberBytes = 10;

}  // namespace

WireWalk::WireWalk(const WireTypes& types, std::size_t size, std::size_t most) : types_(types), most_(most) {
  frames_[0] = {size, 0, WireTypes::kRoot};
}

bool WireWalk::Feed(std::string_view bytes) {
  while (!bytes.empty() && state_ == State::kUnderWay) {
    if (expects_ == Expects::kBytes) {
      const std::size_t skipped = std::min(skip_, bytes.size());
      at_ += skipped;
      bytes.remove_prefix(skipped);
      skip_ -= skipped;
      if (skip_ == 0) Expect(Expects::kTag);
      continue;
    }
    if (at_ >= frame().end) {
      Fail(State::kMalformed);
      break;
    }
    ++at_;
    TakeByte(static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
  }
  return state_ == State::kUnderWay;
}

bool WireWalk::complete() const {
  return state_ == State::kUnderWay && expects_ == Expects::kTag && number_bytes_ == 0 && depth_ == 0 &&
         at_ == frames_[0].end;
}

void WireWalk::TakeByte(unsigned char byte) {
  number_ |= static_cast<std::uint64_t>(byte & 0x7FU) << static_cast<unsigned>(7 * number_bytes_);
  ++number_bytes_;
  const int most = expects_ == Expects::kVarint ? kMaxNumberBytes : kMaxTagBytes;
  if ((byte & 0x80U) != 0) {
    if (number_bytes_ == most) Fail(State::kMalformed);
    return;
  }
  switch (expects_) {
    case Expects::kTag:
      // Bits beyond the 32nd are dropped, as by the parser.
      return TakeTag(static_cast<std::uint32_t>(number_));
    case Expects::kLength:
      return TakeLength(number_);
    default:
      return Expect(Expects::kTag);
  }
}

void WireWalk::TakeTag(std::uint32_t tag) {
  field_ = tag >> 3U;
  const std::uint32_t type = tag & 7U;
  if (field_ == 0 || type > kFixed32) return Fail(State::kMalformed);
  if (type == kEndGroup) {
    if (frame().group != field_) return Fail(State::kMalformed);
    --depth_;
    return Expect(Expects::kTag);
  }
  if (++values_ > most_) return Fail(State::kTooMany);
  switch (type) {
    case kVarint:
      return Expect(Expects::kVarint);
    case kBytes:
      return Expect(Expects::kLength);
    case kStartGroup:
      return Enter({frame().end, field_, WireTypes::kOpaque});
    default:
      return Skip(type == kFixed64 ? 8 : 4);
  }
}

void WireWalk::TakeLength(std::size_t length) {
  const WireTypes::Type type = types_.Of(frame().type, field_);
  if (type == WireTypes::kOpaque) return Skip(length);
  if (length > frame().end - at_) return Fail(State::kMalformed);
  Enter({at_ + length, 0, type});
}

void WireWalk::Expect(Expects what) {
  expects_ = what;
  number_ = 0;
  number_bytes_ = 0;
  if (what == Expects::kTag) LeaveEnded();
}

void WireWalk::Skip(std::size_t bytes) {
  if (bytes > frame().end - at_) return Fail(State::kMalformed);
  skip_ = bytes;
  Expect(bytes == 0 ? Expects::kTag : Expects::kBytes);
}

void WireWalk::Enter(const Frame& inner) {
  if (depth_ == kMaxWireDepth) return Fail(State::kTooDeep);
  frames_[++depth_] = inner;
  Expect(Expects::kTag);
}

void WireWalk::LeaveEnded() {
  while (depth_ > 0 && at_ == frame().end && frame().group == 0) --depth_;
}

}  // namespace spillway::server
