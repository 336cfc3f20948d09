// Every target's health, by slot.
//
// A slot is given to an (endpoint, model) pair the first time a table names it and is kept for
// good, so that health outlives a reload and a call that still runs on an old table reports to the
// right place. The number of slots is bounded by the pairs ever configured.
//
// Not thread-safe. A copy is an independent what-if.
#ifndef SPILLWAY_ROUTER_HEALTH_TABLE_H_
#define SPILLWAY_ROUTER_HEALTH_TABLE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "router/table.h"
#include "router/target_health.h"

namespace spillway::router {

class HealthTable {
 public:
  // The pair's slot, a new one if it has none yet.
  HealthSlot SlotOf(const std::string& endpoint, const std::string& model);

  // Indexed by slot.
  std::vector<TargetHealth>& slots() { return slots_; }
  const std::vector<TargetHealth>& slots() const { return slots_; }

 private:
  std::vector<TargetHealth> slots_;
  absl::flat_hash_map<std::pair<std::string, std::string>, HealthSlot> by_name_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_HEALTH_TABLE_H_
