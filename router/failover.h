// The `failover` strategy: children in the order they are written, the first that has an
// admissible leaf. Stateless.
#ifndef SPILLWAY_ROUTER_FAILOVER_H_
#define SPILLWAY_ROUTER_FAILOVER_H_

#include <optional>

#include "router/route_node.h"

namespace spillway::router {

std::optional<LeafId> PickFailover(const RouteTree& tree, const RouteNode& node, Admissible admissible);

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_FAILOVER_H_
