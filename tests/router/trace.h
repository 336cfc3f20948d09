// A fingerprint of whatever is fed to it, in order (FNV-1a).
#ifndef SPILLWAY_TESTS_ROUTER_TRACE_H_
#define SPILLWAY_TESTS_ROUTER_TRACE_H_

#include <cstdint>
#include <string_view>

#include "router/time.h"

namespace spillway::router {

class Trace {
 public:
  void Feed(std::int64_t value) {
    for (int i = 0; i < 8; ++i) Byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void Feed(Instant at) { Feed(std::int64_t{at.time_since_epoch().count()}); }
  void Feed(std::string_view text) {
    Feed(static_cast<std::int64_t>(text.size()));
    for (const char c : text) Byte(static_cast<std::uint8_t>(c));
  }
  std::uint64_t value() const { return value_; }

 private:
  void Byte(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_TRACE_H_
