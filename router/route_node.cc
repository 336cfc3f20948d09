#include "router/route_node.h"

#include "router/failover.h"

namespace spillway::router {

std::optional<LeafId> RouteTree::PickFrom(const RouteNode& node, Admissible admissible) const {
  switch (node.kind) {
    case NodeKind::kLeaf:
      return admissible(node.leaf) ? std::optional(node.leaf) : std::nullopt;
    case NodeKind::kFailover:
      return PickFailover(*this, node, admissible);
  }
  return std::nullopt;
}

}  // namespace spillway::router
