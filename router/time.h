// Time as the core knows it: a monotonic instant and a length, always passed in.
//
// Nothing in router/ or providers/ reads a clock. The server passes steady_clock's now;
// tests pass whatever instant they like.
#ifndef SPILLWAY_ROUTER_TIME_H_
#define SPILLWAY_ROUTER_TIME_H_

#include <chrono>

namespace spillway::router {

using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Later than every real instant; "no deadline".
inline constexpr Instant kNever = Instant::max();

// `at + by`, stopping at kNever instead of wrapping around.
constexpr Instant SaturatingAdd(Instant at, Duration by) {
  if (by > Duration::zero() && at > kNever - by) return kNever;
  return at + by;
}

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_TIME_H_
