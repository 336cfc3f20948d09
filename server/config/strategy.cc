#include "server/config/strategy.h"

#include <cstddef>
#include <string>

#include "server/config/source_map.h"

namespace spillway::server {
namespace {

// Route and RouteNode have the same strategies, each in a oneof of its own.
template <typename Message>
std::optional<Strategy> Find(const Message& message) {
  switch (message.strategy_case()) {
    case Message::kFailover:
      return Strategy{StrategyKind::kFailover, &message.failover().targets()};
    case Message::kRoundRobin:
      return Strategy{StrategyKind::kRoundRobin, &message.round_robin().targets()};
    case Message::kWeighted:
      return Strategy{StrategyKind::kWeighted, &message.weighted().targets()};
    case Message::kPriority:
      return Strategy{StrategyKind::kPriority, &message.priority().targets()};
    case Message::STRATEGY_NOT_SET:
      break;
  }
  return std::nullopt;
}

void Visit(const Strategy& strategy, const std::string& path, TargetVisitor visit) {
  const std::string list = FieldPath(FieldPath(path, NameOf(strategy.kind)), "targets");
  for (int i = 0; i < strategy.targets->size(); ++i) {
    const v1::RouteNode& node = (*strategy.targets)[i];
    const std::string node_path = ItemPath(list, static_cast<std::size_t>(i));
    if (const auto nested = StrategyOf(node)) {
      Visit(*nested, node_path, visit);
    } else {
      visit(node, node_path);
    }
  }
}

}  // namespace

const char* NameOf(StrategyKind kind) {
  switch (kind) {
    case StrategyKind::kFailover:
      return "failover";
    case StrategyKind::kRoundRobin:
      return "round_robin";
    case StrategyKind::kWeighted:
      return "weighted";
    case StrategyKind::kPriority:
      return "priority";
  }
  return "";
}

std::optional<Strategy> StrategyOf(const v1::Route& route) { return Find(route); }

std::optional<Strategy> StrategyOf(const v1::RouteNode& node) { return Find(node); }

void ForEachTarget(const v1::Route& route, const std::string& path, TargetVisitor visit) {
  if (const auto strategy = StrategyOf(route)) Visit(*strategy, path, visit);
}

}  // namespace spillway::server
