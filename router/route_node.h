// A policy's route: a tree of strategies over leaves, kept flat.
//
// A strategy is asked one question: which of your leaves next? It answers from what is
// admissible this instant and has no memory of the call, so that nesting needs no cursor and
// explaining a route is asking again. The first admissible child of a `failover`, by example, is
// whatever is left of the highest priority.
//
// To add a strategy: a value of NodeKind, and a function in a file of its own that
// RouteTree::Pick dispatches to.
#ifndef SPILLWAY_ROUTER_ROUTE_NODE_H_
#define SPILLWAY_ROUTER_ROUTE_NODE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"

namespace spillway::router {

using LeafId = std::uint32_t;

enum class NodeKind : std::uint8_t { kLeaf, kFailover };

struct RouteNode {
  NodeKind kind = NodeKind::kLeaf;
  // kLeaf: the leaf.
  LeafId leaf = 0;
  // Strategies: children are nodes [first_child, first_child + child_count).
  std::uint32_t first_child = 0;
  std::uint32_t child_count = 0;
};

// Whether a call may go to a leaf now. Asked at most once per leaf and pick, in the order of
// preference; it may take note of what it refuses.
using Admissible = absl::FunctionRef<bool(LeafId)>;

struct RouteTree {
  // The root is nodes[0].
  std::vector<RouteNode> nodes;
  // Leaves are [first_leaf, first_leaf + leaf_count), in the order they are written.
  LeafId first_leaf = 0;
  std::uint32_t leaf_count = 0;

  // The leaf to try next, or nothing when none is admissible. Allocates nothing.
  std::optional<LeafId> Pick(Admissible admissible) const { return PickFrom(nodes.front(), admissible); }

  // For strategies, to ask a child.
  std::optional<LeafId> PickFrom(const RouteNode& node, Admissible admissible) const;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_ROUTE_NODE_H_
