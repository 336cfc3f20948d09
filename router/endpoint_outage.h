// Failures of several models of one endpoint are the endpoint's: its URL, its key, its account.
//
// When a second model of an endpoint is suspended for a failure that may be the endpoint's, the
// others are suspended with it, before calls have to find out one by one. The first that is back
// brings them back.
#ifndef SPILLWAY_ROUTER_ENDPOINT_OUTAGE_H_
#define SPILLWAY_ROUTER_ENDPOINT_OUTAGE_H_

#include "absl/functional/function_ref.h"
#include "router/health_table.h"

namespace spillway::router {

using OnTargetChanged = absl::FunctionRef<void(HealthSlot)>;

// After the target was suspended by a failure. `changed` hears of every other target that is
// suspended with it.
void SpreadOutage(HealthTable& targets, HealthSlot suspended, Instant now, OnTargetChanged changed);

// After the target came back. `changed` hears of every other target that comes back with it.
void LiftOutage(HealthTable& targets, HealthSlot back, OnTargetChanged changed);

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_ENDPOINT_OUTAGE_H_
