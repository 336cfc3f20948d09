// A policy's route: a tree of strategies over leaves, kept flat. Plain values, immutable once built.
#ifndef SPILLWAY_ROUTER_ROUTE_NODE_H_
#define SPILLWAY_ROUTER_ROUTE_NODE_H_

#include <cstdint>
#include <vector>

#include "router/slot_table.h"

namespace spillway::router {

using LeafId = std::uint32_t;

// Index into RouteTree::nodes.
using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t { kLeaf, kFailover, kRoundRobin, kWeighted };

struct RouteNode {
  NodeKind kind = NodeKind::kLeaf;
  // Its share, where the parent is weighted.
  std::uint32_t weight = 1;
  // kLeaf: the leaf.
  LeafId leaf = 0;
  // Strategies: children are nodes [first_child, first_child + child_count).
  NodeId first_child = 0;
  std::uint32_t child_count = 0;
  // Strategies that take turns: where theirs is remembered.
  Slot turn = 0;
};

struct RouteTree {
  // The root is nodes[0].
  std::vector<RouteNode> nodes;
  // Leaves are [first_leaf, first_leaf + leaf_count), in the order they are written.
  LeafId first_leaf = 0;
  std::uint32_t leaf_count = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_ROUTE_NODE_H_
