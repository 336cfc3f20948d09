#include "router/failover.h"

namespace spillway::router {

std::optional<LeafId> PickFailover(const RouteTree& tree, const RouteNode& node, Admissible admissible) {
  for (std::uint32_t i = 0; i < node.child_count; ++i) {
    if (const auto leaf = tree.PickFrom(tree.nodes[node.first_child + i], admissible)) return leaf;
  }
  return std::nullopt;
}

}  // namespace spillway::router
