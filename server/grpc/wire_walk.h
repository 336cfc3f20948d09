// A walk over a protobuf message on the wire, before anything is made of it: how many values it holds.
//
// A value is a field, at any depth: what two bytes can ask for, and a hundred bytes of memory may answer.
// Takes at least all that protobuf's own parser takes: what it calls malformed is left to that parser to
// refuse. Bytes of strings are skipped, not read.
//
// Pure. Not thread-safe; the types outlive it.
#ifndef SPILLWAY_SERVER_GRPC_WIRE_WALK_H_
#define SPILLWAY_SERVER_GRPC_WIRE_WALK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/grpc/wire_types.h"

namespace spillway::server {

// Messages in messages that protobuf's parser takes.
inline constexpr std::size_t kMaxWireDepth = 100;

// No field takes fewer bytes: its tag, and its value or the tag that ends it.
inline constexpr std::size_t kMinValueBytes = 2;

class WireWalk {
 public:
  enum class State : std::uint8_t { kUnderWay, kTooMany, kTooDeep, kMalformed };

  // Of a message of `size` bytes, which may hold up to `most` values.
  WireWalk(const WireTypes& types, std::size_t size, std::size_t most);

  // Takes the next piece of it, of any size. True: and wants the next, if there is one.
  bool Feed(std::string_view bytes);

  // After the last piece kUnderWay means that nothing is wrong, but that the message may stop before its end.
  State state() const { return state_; }
  // Whether the message is whole.
  bool complete() const;
  std::size_t values() const { return values_; }

 private:
  enum class Expects : std::uint8_t { kTag, kVarint, kLength, kBytes };

  // A message, or a group, that the walk is in.
  struct Frame {
    std::size_t end = 0;
    // Of a group its number, else 0.
    std::uint32_t group = 0;
    WireTypes::Type type = WireTypes::kOpaque;
  };

  Frame& frame() { return frames_[depth_]; }
  void Fail(State state) { state_ = state; }
  void TakeByte(unsigned char byte);
  void TakeTag(std::uint32_t tag);
  void TakeLength(std::size_t length);
  void Expect(Expects what);
  void Skip(std::size_t bytes);
  void Enter(const Frame& inner);
  // Leaves the messages that end here.
  void LeaveEnded();

  const WireTypes& types_;
  const std::size_t most_;
  std::array<Frame, kMaxWireDepth + 1> frames_;
  std::size_t depth_ = 0;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  // Of kBytes: what is left of them.
  std::size_t skip_ = 0;
  // Of the varint under way.
  std::uint64_t number_ = 0;
  int number_bytes_ = 0;
  // The latest tag's.
  std::uint32_t field_ = 0;
  Expects expects_ = Expects::kTag;
  State state_ = State::kUnderWay;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_WIRE_WALK_H_
