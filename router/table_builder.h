// Builds a Table from its spec: numbers the leaves, flattens the trees, assigns slots of memory.
#ifndef SPILLWAY_ROUTER_TABLE_BUILDER_H_
#define SPILLWAY_ROUTER_TABLE_BUILDER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "router/memory.h"
#include "router/table.h"

namespace spillway::router {

class TableBuilder {
 public:
  // The spec is one that configuration checked: non-empty trees, no duplicate (model, environment).
  static std::shared_ptr<const Table> Build(const TableSpec& spec, Memory& memory);

 private:
  explicit TableBuilder(Memory& memory) : memory_(memory) {}

  std::size_t AddRoute(const std::string& name, Environment environment, const Settings& settings,
                       const TableSpec::Node& root);
  // `path` says where in which policy the node is.
  void AddNode(RouteTree& tree, NodeId at, const TableSpec::Node& node, const std::string& path);
  LeafId AddLeaf(const TableSpec::Node& node);
  Slot TurnOf(const TableSpec::Node& node, const std::string& path);

  Memory& memory_;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_TABLE_BUILDER_H_
