// The `failover` strategy: children in the order they are written, the first that has an
// admissible leaf. Stateless.
#ifndef SPILLWAY_ROUTER_FAILOVER_H_
#define SPILLWAY_ROUTER_FAILOVER_H_

#include <optional>

#include "router/picker.h"

namespace spillway::router {

std::optional<LeafId> PickFailover(Picker& picker, NodeId id);

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_FAILOVER_H_
