#include "tests/router/plain_table.h"

#include <algorithm>

namespace spillway::router {
namespace {

// The model that stands for a primary endpoint here; no caller asks for it.
constexpr std::string_view kPrimary = "(primary)";

std::string Told(const TableSpec::Node& node) {
  std::string told = "[" + std::to_string(node.weight) + " of " + std::to_string(static_cast<int>(node.kind));
  if (node.kind == NodeKind::kLeaf) {
    told += " " + node.target.endpoint + "|" + node.target.model + "|" + node.settings.path;
  }
  for (const TableSpec::Node& child : node.children) told += Told(child);
  return told + "]";
}

void AddNode(PlainRoute& route, std::size_t at, const TableSpec::Node& node, const std::string& place) {
  route.nodes[at].kind = node.kind;
  route.nodes[at].weight = node.weight;
  route.nodes[at].name = place + " " + Told(node);
  route.nodes[at].first_leaf = route.leaves.size();
  if (node.kind == NodeKind::kLeaf) route.leaves.push_back({node.target, node.settings});
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const std::size_t child = route.nodes.size();
    route.nodes.emplace_back();
    route.nodes[at].children.push_back(child);
    AddNode(route, child, node.children[i], place + "." + std::to_string(i));
  }
  route.nodes[at].end_leaf = route.leaves.size();
}

}  // namespace

int PlainRoute::Depth(std::size_t node) const {
  int deepest = 0;
  for (const std::size_t child : nodes[node].children) deepest = std::max(deepest, 1 + Depth(child));
  return deepest;
}

PlainTable::PlainTable(const TableSpec& spec) {
  for (const TableSpec::Policy& policy : spec.policies) {
    AddRoute({policy.name, policy.model, policy.environment, policy.settings}, policy.root);
  }
  for (const TableSpec::Primary& primary : spec.primaries) {
    TableSpec::Node leaf;
    leaf.target = primary.target;
    AddRoute({"", std::string(kPrimary), primary.environment, Settings()}, leaf);
  }
}

void PlainTable::AddRoute(PlainRoute route, const TableSpec::Node& root) {
  route.first_leaf = leaves_;
  route.nodes.emplace_back();
  const std::string_view environment = NameOf(route.environment);
  AddNode(route, 0, root, route.policy + " in " + std::string(environment) + " at ");
  leaves_ += route.leaves.size();
  routes_.push_back(std::move(route));
}

const PlainRoute* PlainTable::RouteOf(std::string_view model, Environment environment) const {
  for (const std::string_view sought : {model, kAnyModel, kPrimary}) {
    for (const PlainRoute& route : routes_) {
      if (route.model == sought && route.environment == environment) return &route;
    }
  }
  return nullptr;
}

}  // namespace spillway::router
