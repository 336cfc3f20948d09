// The `weighted` strategy: calls start at each child in proportion to its weight, by smooth
// weighted round robin.
//
// At each turn the children that have something admissible divide one call among them in proportion to
// their weights, each lagging behind by its part; the one that lags most is taken and pays the
// whole call back. Over as many calls as the weights add up to, shares are exact, and within such a
// cycle a heavy child's turns are spread out instead of coming in a row (the algorithm of nginx's upstream
// balancer, 2012). A child that is out neither gains nor pays, so that the others share its part in
// proportion to their weights and it takes up where it left off.
//
// Lags are kept in calls, that is, rescaled when the sum of weights changes. In nginx they are kept in
// weights: there, when the heavy child of 98:1:1 goes out, one of the others may get 50 calls in a row before
// they alternate.
//
// A call that fails goes on to the child that would be next in turn; that takes no turn.
#ifndef SPILLWAY_ROUTER_WEIGHTED_H_
#define SPILLWAY_ROUTER_WEIGHTED_H_

#include <optional>

#include "router/picker.h"

namespace spillway::router {

std::optional<LeafId> PickWeighted(Picker& picker, NodeId id);

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_WEIGHTED_H_
