// One timer for many instants: it fires no later than the earliest asked for, and maybe early.
//
// Disarming costs nothing, because nobody does it: an exchange that ends in time leaves the timer as
// it is, and the owner, when called, looks at what is really due. With deadlines of a minute that is
// about one firing a minute, instead of two heap operations per call.
//
// Thread-safety: none. Ownership: the callback is not called once the timer is destroyed.
// Time: steady_clock, as Asio waits on it.
#ifndef SPILLWAY_TRANSPORT_COARSE_TIMER_H_
#define SPILLWAY_TRANSPORT_COARSE_TIMER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "transport/asio_types.h"

namespace spillway::transport {

class CoarseTimer {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  CoarseTimer(asio::io_context& io, absl::AnyInvocable<void()> on_fire)
      : timer_(io), on_fire_(std::move(on_fire)), alive_(std::make_shared<char>()) {}

  // Instant::max() is never.
  void ArmNoLaterThan(Instant at) {
    if (at >= armed_at_) return;
    armed_at_ = at;
    timer_.expires_at(at);
    timer_.async_wait([this, generation = ++generation_, alive = std::weak_ptr(alive_)](error_code) {
      // Superseded waits still report.
      if (alive.expired() || generation != generation_) return;
      armed_at_ = Instant::max();
      on_fire_();
    });
  }

 private:
  Timer timer_;
  absl::AnyInvocable<void()> on_fire_;
  Instant armed_at_ = Instant::max();
  std::uint64_t generation_ = 0;
  const std::shared_ptr<char> alive_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_COARSE_TIMER_H_
