// Lengths and instants between std::chrono and protobuf.
#ifndef SPILLWAY_SERVER_PROTO_TIME_H_
#define SPILLWAY_SERVER_PROTO_TIME_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "router/time.h"

namespace spillway::server {

inline google::protobuf::Duration ToProto(router::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(duration.count() / 1'000'000'000);
  proto.set_nanos(static_cast<std::int32_t>(duration.count() % 1'000'000'000));
  return proto;
}

// Protobuf counts ten thousand years, nanoseconds in 64 bits 292: what is beyond ends there.
inline router::Duration FromProto(const google::protobuf::Duration& proto) {
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(proto.seconds(), std::int64_t{1'000'000'000}, &nanos) ||
      __builtin_add_overflow(nanos, std::int64_t{proto.nanos()}, &nanos)) {
    return proto.seconds() < 0 ? router::Duration::min() : router::Duration::max();
  }
  return router::Duration(nanos);
}

// Reads both clocks at once, so that monotonic instants can be shown as times of day.
class WallClock {
 public:
  static WallClock Now() {
    return WallClock(std::chrono::steady_clock::now(), std::chrono::system_clock::now());
  }

  WallClock(router::Instant steady, std::chrono::system_clock::time_point wall)
      : steady_(steady), wall_(wall) {}

  google::protobuf::Timestamp TimeOfDay(router::Instant at) const {
    // An instant beyond what nanoseconds since 1970 can count is shown as the last that they can.
    const router::Instant last = router::kNever - wall_.time_since_epoch() + steady_.time_since_epoch();
    const std::chrono::nanoseconds since_epoch = (wall_ + (std::min(at, last) - steady_)).time_since_epoch();
    google::protobuf::Timestamp proto;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    proto.set_seconds(seconds.count());
    proto.set_nanos(static_cast<std::int32_t>((since_epoch - seconds).count()));
    return proto;
  }

  router::Instant steady() const { return steady_; }
  std::chrono::system_clock::time_point wall() const { return wall_; }

 private:
  router::Instant steady_;
  std::chrono::system_clock::time_point wall_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_PROTO_TIME_H_
