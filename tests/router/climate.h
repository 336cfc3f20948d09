// How a simulated day is: calm or stormy, crowded or quiet, with how many reloads, and how often instants
// coincide. Plain values out of random bits.
#ifndef SPILLWAY_TESTS_ROUTER_CLIMATE_H_
#define SPILLWAY_TESTS_ROUTER_CLIMATE_H_

#include <chrono>

#include "router/time.h"
#include "tests/router/bits.h"

namespace spillway::router {

struct Climate {
  explicit Climate(Bits& bits) {
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    static constexpr milliseconds kCrowds[] = {milliseconds(20), milliseconds(80), milliseconds(200)};
    static constexpr seconds kSpells[] = {seconds(1), seconds(3), seconds(8)};
    static constexpr seconds kReloads[] = {seconds(2), seconds(10), seconds(60)};
    arrivals = bits.OneOf(kCrowds);
    weather = bits.OneOf(kSpells);
    reloads = bits.OneOf(kReloads);
    calm = bits.Chance(20);
    if (bits.Chance(25)) {
      bits.SetTick(milliseconds(500));
      arrivals *= 25;
    }
  }

  // The longest that usually passes between two.
  Duration arrivals;
  Duration weather;
  Duration reloads;
  Duration operators = std::chrono::seconds(20);
  // Nothing fails but requests of their own fault, and nobody interferes.
  bool calm = false;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_CLIMATE_H_
