// A discrete-event simulation of a router's day: calls come, targets fail and recover, operators
// and reloads interfere. Time is simulated; everything follows from the seed.
//
// One queue of events in order of time. A call's attempt is answered by the weather at its target
// or runs into its deadline; some calls are cancelled, some are lost and never report, some of the
// lost come back long after. A referee watches every step.
#ifndef SPILLWAY_TESTS_ROUTER_SIMULATION_H_
#define SPILLWAY_TESTS_ROUTER_SIMULATION_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

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
  // Rules broken; empty is good. At most the first few.
  std::vector<std::string> violations;

  // How much happened, so that a test sees that a rule had occasion to be broken.
  int calls = 0;
  int without_route = 0;
  int attempts = 0;
  int probes = 0;
  int last_resorts = 0;
  int same_target_retries = 0;
  int lost = 0;
  int lost_probes = 0;
  int came_back_late = 0;
  int explained = 0;
  int reloads = 0;
  int by_hand = 0;
  int suspensions = 0;
  int deepest_nesting = 0;
  // By Verdict.
  std::array<int, 6> verdicts = {};

  // Sums the counts and gathers the violations.
  void Add(const SimulationResult& other);
};

SimulationResult Simulate(const SimulationOptions& options);

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_SIMULATION_H_
