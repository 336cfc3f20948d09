#include "server/config/route_rules.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

// What a target may have and a strategy may not.
constexpr const char* kTargetOnly[] = {"path",       "context_window", "max_concurrent", "request_timeout",
                                       "parameters", "lacks"};

}  // namespace

bool RouteRules::IsWritten(const std::string& path, const char* field) const {
  return findings_.source().Contains(FieldPath(path, field));
}

bool RouteRules::IsStrategyWritten(const std::string& path) const {
  return std::any_of(std::begin(kStrategyKinds), std::end(kStrategyKinds),
                     [&](StrategyKind kind) { return IsWritten(path, NameOf(kind)); });
}

void RouteRules::Check(const v1::Route& route, const std::string& path) {
  if (const auto strategy = StrategyOf(route)) return CheckStrategy(*strategy, path, 1);
  // A strategy that was written but not understood has been reported.
  if (findings_.source().IsBroken(path) || IsStrategyWritten(path)) return;
  findings_.Add(path, "empty strategy: a route needs one, as in failover: {targets: […]}");
}

void RouteRules::CheckStrategy(const Strategy& strategy, const std::string& path, int depth) {
  const std::string at = FieldPath(path, NameOf(strategy.kind));
  if (depth > kMaxStrategyDepth) {
    return findings_.Add(at, absl::StrCat("strategies are nested more than ", kMaxStrategyDepth, " deep"));
  }
  if (strategy.targets->empty()) {
    findings_.AddMissing(
        at, "targets", absl::StrCat("empty strategy: ", NameOf(strategy.kind), " needs at least one target"));
  }
  for (int i = 0; i < strategy.targets->size(); ++i) {
    CheckNode((*strategy.targets)[i], ItemPath(FieldPath(at, "targets"), static_cast<std::size_t>(i)),
              strategy.kind, depth);
  }
}

void RouteRules::CheckNode(const v1::RouteNode& node, const std::string& path, StrategyKind parent,
                           int depth) {
  const bool is_target = IsWritten(path, "endpoint") || IsWritten(path, "model");
  const bool is_strategy = IsStrategyWritten(path);
  if (is_target && is_strategy) {
    return findings_.Add(path, "is a target (endpoint and model) and a strategy at once; keep one");
  }
  CheckWeight(node, path, parent);
  if (is_target) return targets_.Check(node, path);
  if (!is_strategy) {
    if (findings_.source().IsBroken(path)) return;
    return findings_.Add(path, "is neither a target (endpoint and model) nor a strategy");
  }
  for (const char* field : kTargetOnly) {
    if (!findings_.IsRead(path, field)) continue;
    findings_.Add(FieldPath(path, field), "belongs to a target; write it at the targets of this strategy");
  }
  if (const auto strategy = StrategyOf(node)) CheckStrategy(*strategy, path, depth + 1);
}

void RouteRules::CheckWeight(const v1::RouteNode& node, const std::string& path, StrategyKind parent) {
  if (!node.has_weight()) return;
  const std::string at = FieldPath(path, "weight");
  if (parent != StrategyKind::kWeighted && parent != StrategyKind::kPriority) {
    return findings_.Add(
        at, absl::StrCat("has no effect: ", NameOf(parent), " knows no weights; weighted and priority do"));
  }
  if (node.weight() >= 1 && node.weight() <= kMaxWeight) return;
  findings_.Add(at, absl::StrCat("must be between 1 and ", kMaxWeight,
                                 node.weight() == 0 ? "; leave out what is to get no calls" : ""));
}

}  // namespace spillway::server
