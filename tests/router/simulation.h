// A discrete-event simulation of a router's day: calls come, targets fail and recover, operators
// and reloads interfere. Time is simulated; everything follows from the seed.
//
// One queue of events in order of time. A call's attempt is answered by the weather at its target
// or runs into its deadline; some calls are cancelled, some attempts are lost for long and report or are
// given up after their deadline. Every attempt ends, as in the server. Days differ: calm and stormy, crowded
// and quiet. A referee watches every step.
#ifndef SPILLWAY_TESTS_ROUTER_SIMULATION_H_
#define SPILLWAY_TESTS_ROUTER_SIMULATION_H_

#include <cstdint>

#include "tests/router/record.h"

namespace spillway::router {

struct SimulationOptions {
  std::uint64_t seed = 1;
  int calls = 250;
  // Whether routes are explained on the way. Must make no difference to anything else.
  bool explain = true;
};

struct SimulationResult {
  // Of everything that was decided, in order.
  std::uint64_t trace = 0;
  Record record;
};

SimulationResult Simulate(const SimulationOptions& options);

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_SIMULATION_H_
