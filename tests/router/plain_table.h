// A routing table as its specification says it, for the referee: routes by name, every node with a name of
// its own, leaves in the order they are written.
//
// Built from the specification alone, so that it shows what the core should have made of it.
#ifndef SPILLWAY_TESTS_ROUTER_PLAIN_TABLE_H_
#define SPILLWAY_TESTS_ROUTER_PLAIN_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "router/table.h"

namespace spillway::router {

struct PlainNode {
  NodeKind kind = NodeKind::kLeaf;
  std::uint32_t weight = 1;
  // Policy, environment, place in the tree, and all that is below: what turns are remembered by.
  std::string name;
  // Indices into PlainRoute::nodes.
  std::vector<std::size_t> children;
  // Leaves below, itself included: [first_leaf, end_leaf) of PlainRoute::leaves.
  std::size_t first_leaf = 0;
  std::size_t end_leaf = 0;

  bool Holds(std::size_t leaf) const { return leaf >= first_leaf && leaf < end_leaf; }
};

struct PlainLeaf {
  TargetName name;
  LeafSettings settings;
};

struct PlainRoute {
  // Empty for a primary endpoint.
  std::string policy;
  std::string model;
  Environment environment = Environment::kProduction;
  Settings settings;
  // The root is the first.
  std::vector<PlainNode> nodes;
  std::vector<PlainLeaf> leaves;
  // Of the table's leaves, the first of this route's.
  std::size_t first_leaf = 0;

  // Strategies from the root to the deepest leaf.
  int Depth(std::size_t node = 0) const;
};

class PlainTable {
 public:
  explicit PlainTable(const TableSpec& spec);

  // The policy that names the model, else the one for any model, else the primary endpoint, else null.
  const PlainRoute* RouteOf(std::string_view model, Environment environment) const;
  const std::vector<PlainRoute>& routes() const { return routes_; }

 private:
  void AddRoute(PlainRoute route, const TableSpec::Node& root);

  std::vector<PlainRoute> routes_;
  std::size_t leaves_ = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_PLAIN_TABLE_H_
