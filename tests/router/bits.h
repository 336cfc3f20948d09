// Values out of random bits, the same on every platform: the standard distributions promise no
// stable sequence.
#ifndef SPILLWAY_TESTS_ROUTER_BITS_H_
#define SPILLWAY_TESTS_ROUTER_BITS_H_

#include <cstdint>
#include <random>

#include "router/time.h"

namespace spillway::router {

class Bits {
 public:
  explicit Bits(std::uint64_t seed) : engine_(seed) {}

  // 0 to n - 1; the bias of a modulus does not matter here.
  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  bool Chance(std::uint64_t percent) { return Below(100) < percent; }
  // `low` to `high`.
  std::uint32_t From(std::uint32_t low, std::uint32_t high) {
    return low + static_cast<std::uint32_t>(Below(high - low + std::uint64_t{1}));
  }
  // `low` and some ticks, at most `high`. Ticks are coarse, so that instants coincide: rules about "at"
  // and "after" live on that.
  Duration Between(Duration low, Duration high) {
    return low +
           tick_ * static_cast<Duration::rep>(Below(static_cast<std::uint64_t>((high - low) / tick_) + 1));
  }
  void SetTick(Duration tick) { tick_ = tick; }
  template <class Container>
  const auto& OneOf(const Container& container) {
    return container[Below(std::size(container))];
  }
  std::uint64_t Next() { return engine_(); }

 private:
  std::mt19937_64 engine_;
  Duration tick_ = std::chrono::milliseconds(5);
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_BITS_H_
