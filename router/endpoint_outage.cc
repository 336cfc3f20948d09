#include "router/endpoint_outage.h"

#include <algorithm>

namespace spillway::router {
namespace {

// One model alone may be the model's own trouble.
constexpr std::ptrdiff_t kModelsThatMakeAnOutage = 2;

}  // namespace

void SpreadOutage(HealthTable& targets, HealthSlot suspended, Instant now, OnTargetChanged changed) {
  const HealthTable& look = targets;
  if (!look[suspended].PointsAtEndpoint(now)) return;
  const std::vector<HealthSlot>& siblings = targets.OfSameEndpoint(suspended);
  const auto points = [&](HealthSlot slot) { return look[slot].PointsAtEndpoint(now); };
  if (std::count_if(siblings.begin(), siblings.end(), points) < kModelsThatMakeAnOutage) return;
  for (const HealthSlot slot : siblings) {
    if (slot != suspended && targets[slot].SuspendWith(look[suspended])) changed(slot);
  }
}

void LiftOutage(HealthTable& targets, HealthSlot back, OnTargetChanged changed) {
  const HealthTable& look = targets;
  for (const HealthSlot slot : targets.OfSameEndpoint(back)) {
    if (!look[slot].with_endpoint()) continue;
    targets[slot].Resume();
    changed(slot);
  }
}

}  // namespace spillway::router
