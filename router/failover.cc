#include "router/failover.h"

namespace spillway::router {

std::optional<LeafId> PickFailover(Picker& picker, NodeId id) {
  const RouteNode& node = picker.node(id);
  for (std::uint32_t i = 0; i < node.child_count; ++i) {
    if (const auto leaf = picker.From(node.first_child + i)) return leaf;
  }
  return std::nullopt;
}

}  // namespace spillway::router
