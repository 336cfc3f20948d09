// What decisions are measured on: routes and tables of any size, and a caller who keeps calling.
//
// A decision is all that router/ does for one call: Begin, On(Started), and an On for the end of each
// attempt. Time is an argument, as everywhere in the core: it moves by itself, and no clock is read.
// Not thread-safe.
#ifndef SPILLWAY_TESTS_BENCH_DESK_H_
#define SPILLWAY_TESTS_BENCH_DESK_H_

#include <string>
#include <string_view>

#include "router/router.h"
#include "tests/router/scene.h"

namespace spillway::bench {

// A tree of that many leaves. `kind`: "failover", "round_robin", "weighted", or "nested", which is a
// weighted of failovers of five.
router::TableSpec::Node Route(std::string_view kind, int targets);
// The endpoint of its i-th leaf.
std::string EndpointName(int i);

// That many policies, each a failover of two targets of its own.
router::TableSpec Policies(int count);
// What the i-th is asked for by.
std::string ModelName(int i);

class Desk {
 public:
  explicit Desk(const router::TableSpec& spec) : router(spec, 7) {}

  // A call whose first `failing` attempts are answered by 503. Whether it went as said.
  //
  // What a provider would have said beyond that is left empty: those strings are the codec's
  // allocations, and the core moves them.
  bool Call(std::string_view model, int failing);

  router::Router router;
  router::Instant now = router::kStart;
};

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_DESK_H_
