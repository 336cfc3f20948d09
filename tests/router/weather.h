// What targets do to attempts, changing over time: up, down, throttled, broken, silent; one by one, or a
// whole endpoint at once.
#ifndef SPILLWAY_TESTS_ROUTER_WEATHER_H_
#define SPILLWAY_TESTS_ROUTER_WEATHER_H_

#include <cstddef>
#include <cstdint>
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

// What a caller asks for, as far as it makes targets answer.
struct Request {
  // Tokens; a model that declares fewer refuses it.
  std::uint32_t length = 0;
  // Said by every target: the request's own fault.
  std::optional<Failure> fault;
  // Which targets cannot do what it asks for.
  enum class Demand { kNone, kMoreThanSomeCan, kMoreThanOthersCan, kMoreThanAnyCan };
  Demand demand = Demand::kNone;

  bool IsBeyond(const Leaf& leaf) const;
};

Request RandomRequest(Bits& bits);

class Weather {
 public:
  explicit Weather(std::size_t targets) : now_(targets) {}

  // One target's weather turns, or an endpoint's.
  void Change(Bits& bits);
  std::optional<Answer> Meet(const Leaf& leaf, const Request& request, Bits& bits) const;

 private:
  enum class Kind { kUp, kSilent, kRefused, kReset, k500, kFlaky, k503, k429, kOther, kCount };
  struct Local {
    Kind kind = Kind::kUp;
    Failure other = Failure::kInvalidRequest;
    std::optional<Duration> retry_after;
  };

  static Local RandomLocal(Bits& bits);
  std::optional<FailedAttempt> FailureOf(const Local& local, Bits& bits) const;

  std::vector<Local> now_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_WEATHER_H_
