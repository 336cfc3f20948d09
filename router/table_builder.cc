#include "router/table_builder.h"

#include <string>
#include <utility>

namespace spillway::router {

std::shared_ptr<const Table> TableBuilder::Build(const TableSpec& spec, HealthTable& health) {
  TableBuilder builder(health);
  Table& table = *builder.table_;
  const auto environment = [&](Environment which) -> Table::PerEnvironment& {
    return table.environments_[static_cast<std::size_t>(which) - 1];
  };
  for (const TableSpec::Policy& policy : spec.policies) {
    const std::size_t route = builder.AddRoute(policy.name, policy.environment, policy.settings, policy.root);
    environment(policy.environment).by_model.emplace(policy.model, route);
  }
  for (const TableSpec::Primary& primary : spec.primaries) {
    TableSpec::Node leaf;
    leaf.target = primary.target;
    environment(primary.environment).primary = builder.AddRoute("", primary.environment, Settings(), leaf);
  }
  return std::move(builder.table_);
}

std::size_t TableBuilder::AddRoute(std::string name, Environment environment, const Settings& settings,
                                   const TableSpec::Node& root) {
  PolicyRoute route;
  route.name = std::move(name);
  route.environment = environment;
  route.settings = settings;
  route.tree.first_leaf = static_cast<LeafId>(table_->leaves_.size());
  route.tree.nodes.emplace_back();
  AddNode(route.tree, 0, root);
  route.tree.leaf_count = static_cast<std::uint32_t>(table_->leaves_.size()) - route.tree.first_leaf;
  table_->routes_.push_back(std::move(route));
  return table_->routes_.size() - 1;
}

void TableBuilder::AddNode(RouteTree& tree, std::size_t at, const TableSpec::Node& node) {
  if (node.children.empty()) {
    tree.nodes[at].leaf = AddLeaf(node.target, node.path);
    return;
  }
  const std::size_t first = tree.nodes.size();
  tree.nodes[at].kind = NodeKind::kFailover;
  tree.nodes[at].first_child = static_cast<std::uint32_t>(first);
  tree.nodes[at].child_count = static_cast<std::uint32_t>(node.children.size());
  tree.nodes.resize(first + node.children.size());
  for (std::size_t i = 0; i < node.children.size(); ++i) AddNode(tree, first + i, node.children[i]);
}

LeafId TableBuilder::AddLeaf(const TargetName& target, const std::string& path) {
  Leaf leaf;
  leaf.name = target;
  leaf.path = path;
  leaf.health = health_.SlotOf(target.endpoint, target.model);
  table_->leaves_.push_back(std::move(leaf));
  return static_cast<LeafId>(table_->leaves_.size() - 1);
}

}  // namespace spillway::router
