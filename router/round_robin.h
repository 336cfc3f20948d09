// The `round_robin` strategy: each call starts at the child after the one that the call before it
// started at, and goes on in that order when it fails.
//
// A child with nothing admissible is passed over and the turn falls on the next; the order
// itself never changes, so that it is the same when the child is back.
#ifndef SPILLWAY_ROUTER_ROUND_ROBIN_H_
#define SPILLWAY_ROUTER_ROUND_ROBIN_H_

#include <optional>

#include "router/picker.h"

namespace spillway::router {

std::optional<LeafId> PickRoundRobin(Picker& picker, NodeId id);

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_ROUND_ROBIN_H_
