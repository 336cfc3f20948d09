// Builds a Table from its spec: numbers the leaves, flattens the trees, assigns health slots.
#ifndef SPILLWAY_ROUTER_TABLE_BUILDER_H_
#define SPILLWAY_ROUTER_TABLE_BUILDER_H_

#include <cstddef>
#include <memory>

#include "router/health_table.h"
#include "router/table.h"

namespace spillway::router {

class TableBuilder {
 public:
  // The spec is one that configuration checked: non-empty trees, no duplicate (model, environment).
  static std::shared_ptr<const Table> Build(const TableSpec& spec, HealthTable& health);

 private:
  explicit TableBuilder(HealthTable& health) : health_(health) {}

  std::size_t AddRoute(std::string name, Environment environment, const Settings& settings,
                       const TableSpec::Node& root);
  void AddNode(RouteTree& tree, std::size_t at, const TableSpec::Node& node);
  LeafId AddLeaf(const TargetName& target, const std::string& path);

  HealthTable& health_;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_TABLE_BUILDER_H_
