#include "router/table_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace spillway::router {
namespace {

// Whatever makes turns mean something else when it changes: the strategy, and what it chooses from.
// Its own weight is its parent's affair.
void AppendSignature(const TableSpec::Node& node, std::string& signature) {
  absl::StrAppend(&signature, static_cast<int>(node.kind), "(");
  if (node.kind == NodeKind::kLeaf) {
    absl::StrAppend(&signature, node.target.endpoint, "/", node.target.model, node.settings.path);
  }
  for (const TableSpec::Node& child : node.children) {
    absl::StrAppend(&signature, child.weight, ":");
    AppendSignature(child, signature);
  }
  signature += ')';
}

std::string PathOf(const std::string& policy, Environment environment) {
  const std::string_view name = NameOf(environment);
  return absl::StrCat(policy, "\n", absl::string_view(name.data(), name.size()));
}

}  // namespace

std::shared_ptr<const Table> TableBuilder::Build(const TableSpec& spec, Memory& memory) {
  TableBuilder builder(memory);
  Table& table = *builder.table_;
  const auto environment = [&](Environment which) -> Table::PerEnvironment& {
    return table.environments_[static_cast<std::size_t>(which) - 1];
  };
  for (const TableSpec::Policy& policy : spec.policies) {
    const std::size_t route = builder.AddRoute(policy.name, policy.environment, policy.settings, policy.root);
    Table::PerEnvironment& here = environment(policy.environment);
    if (policy.model == kAnyModel) {
      here.any_model = route;
    } else {
      here.by_model.emplace(policy.model, route);
    }
  }
  for (const TableSpec::Primary& primary : spec.primaries) {
    TableSpec::Node leaf;
    leaf.target = primary.target;
    environment(primary.environment).primary = builder.AddRoute("", primary.environment, Settings(), leaf);
  }
  return std::move(builder.table_);
}

std::size_t TableBuilder::AddRoute(const std::string& name, Environment environment, const Settings& settings,
                                   const TableSpec::Node& root) {
  const std::string path = PathOf(name, environment);
  PolicyRoute route;
  route.name = name;
  route.environment = environment;
  route.settings = settings;
  if (settings.retry_budget) route.budget = memory_.budgets.SlotOf(path);
  route.tree.first_leaf = static_cast<LeafId>(table_->leaves_.size());
  route.tree.nodes.emplace_back();
  AddNode(route.tree, 0, root, path);
  route.tree.leaf_count = static_cast<std::uint32_t>(table_->leaves_.size()) - route.tree.first_leaf;
  table_->routes_.push_back(std::move(route));
  return table_->routes_.size() - 1;
}

void TableBuilder::AddNode(RouteTree& tree, NodeId at, const TableSpec::Node& node, const std::string& path) {
  tree.nodes[at].kind = node.kind;
  tree.nodes[at].weight = node.weight;
  if (node.kind == NodeKind::kLeaf) {
    tree.nodes[at].leaf = AddLeaf(node);
    return;
  }
  const auto first = static_cast<NodeId>(tree.nodes.size());
  const auto count = static_cast<std::uint32_t>(node.children.size());
  tree.nodes[at].first_child = first;
  tree.nodes[at].child_count = count;
  if (node.kind != NodeKind::kFailover) tree.nodes[at].turn = TurnOf(node, path);
  tree.nodes.resize(first + count);
  for (std::uint32_t i = 0; i < count; ++i) {
    AddNode(tree, first + i, node.children[i], absl::StrCat(path, "/", i));
  }
}

LeafId TableBuilder::AddLeaf(const TableSpec::Node& node) {
  Leaf leaf;
  leaf.name = node.target;
  leaf.settings = node.settings;
  leaf.health = memory_.targets.SlotOf(node.target);
  table_->leaves_.push_back(std::move(leaf));
  return static_cast<LeafId>(table_->leaves_.size() - 1);
}

Slot TableBuilder::TurnOf(const TableSpec::Node& node, const std::string& path) {
  std::string name = path + "\n";
  AppendSignature(node, name);
  const Slot slot = memory_.turns.SlotOf(name);
  memory_.turns[slot].lag.resize(node.children.size());
  return slot;
}

}  // namespace spillway::router
