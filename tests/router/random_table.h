// Random routing tables over a small pool of targets, so that policies share them, and what reloads make of
// them: policies stay, change their settings or their route, go, and come back as they were.
#ifndef SPILLWAY_TESTS_ROUTER_RANDOM_TABLE_H_
#define SPILLWAY_TESTS_ROUTER_RANDOM_TABLE_H_

#include <array>
#include <optional>
#include <vector>

#include "router/table.h"
#include "tests/router/bits.h"

namespace spillway::router {

// Every target there is. Several models an endpoint; the last two are the primary endpoints'.
const std::vector<TargetName>& TargetPool();

// One policy, a failover of the whole pool.
TableSpec TableOfEveryTarget();

class RandomTables {
 public:
  // Policies for some of gpt0 to gpt3 and for any model, in production and sandbox, and perhaps primary
  // endpoints: the first table, then the next.
  TableSpec Next(Bits& bits);

 private:
  struct Place {
    std::optional<TableSpec::Policy> now;
    // As it was before, whenever its route was another.
    std::vector<TableSpec::Policy> before;
  };

  void Fill(Place& place, std::size_t number, Bits& bits);

  std::array<Place, 7> places_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_RANDOM_TABLE_H_
