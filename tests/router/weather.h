// What targets do to attempts, changing over time: up, down, throttled, broken, silent.
#ifndef SPILLWAY_TESTS_ROUTER_WEATHER_H_
#define SPILLWAY_TESTS_ROUTER_WEATHER_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "router/failure.h"
#include "router/table.h"
#include "tests/router/bits.h"

namespace spillway::router {

// What an attempt gets if it waits long enough. Nothing: silence.
struct Answer {
  Duration after = Duration::zero();
  // Unset: a whole answer.
  std::optional<FailedAttempt> failed;
};

class Weather {
 public:
  explicit Weather(std::size_t targets) : now_(targets) {}

  // One target's weather turns.
  void Change(Bits& bits);
  std::optional<Answer> Meet(const TargetName& target, Bits& bits) const;

 private:
  enum class Kind { kUp, kSilent, kRefused, kReset, k500, kFlaky, k503, k429, kOther, kCount };
  struct Local {
    Kind kind = Kind::kUp;
    Failure other = Failure::kInvalidRequest;
    std::optional<Duration> retry_after;
  };
  std::vector<Local> now_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_WEATHER_H_
