// All that the router remembers from call to call, across reloads.
//
// Not thread-safe. A what-if reads through to the original, which must outlive it, and keeps
// its changes to itself: that is how a route is explained by the code that decides.
#ifndef SPILLWAY_ROUTER_MEMORY_H_
#define SPILLWAY_ROUTER_MEMORY_H_

#include "router/health_table.h"
#include "router/retry_budget.h"
#include "router/slot_table.h"
#include "router/turn.h"

namespace spillway::router {

struct Memory {
  HealthTable targets;
  // Of strategies that take turns.
  SlotTable<Turn> turns;
  // Of policies, one an environment.
  SlotTable<RetryBudget> budgets;

  Memory WhatIf() const { return {targets.WhatIf(), turns.WhatIf(), budgets.WhatIf()}; }
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_MEMORY_H_
