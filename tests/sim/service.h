// What the HTTP server serves: requests in, replies with a delivery plan out.
//
// Called on the simulator's I/O thread only; must not block.
#ifndef SPILLWAY_TESTS_SIM_SERVICE_H_
#define SPILLWAY_TESTS_SIM_SERVICE_H_

#include <cstdint>

#include "tests/sim/message.h"

namespace spillway::sim {

class Service {
 public:
  virtual ~Service() = default;

  virtual Reply Handle(Request request) = 0;

  // The delivery of the reply with that ticket has ended. Not called for ticket 0, nor for
  // deliveries cut off by the simulator's stop.
  virtual void Done(std::uint64_t ticket, const Outcome& outcome) = 0;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_SERVICE_H_
