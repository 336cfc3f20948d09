// A route's strategies under one form: the schema has a message for each, all of them with targets.
//
// Views into the configuration; pure, thread-safe. A strategy that is new has its row in strategy.cc and
// its meaning in table_spec.cc.
#ifndef SPILLWAY_SERVER_CONFIG_STRATEGY_H_
#define SPILLWAY_SERVER_CONFIG_STRATEGY_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

enum class StrategyKind { kFailover, kRoundRobin, kWeighted, kPriority };

inline constexpr StrategyKind kStrategyKinds[] = {StrategyKind::kFailover, StrategyKind::kRoundRobin,
                                                  StrategyKind::kWeighted, StrategyKind::kPriority};

// Its key in the file: `round_robin`.
const char* NameOf(StrategyKind kind);

struct Strategy {
  StrategyKind kind;
  const google::protobuf::RepeatedPtrField<v1::RouteNode>* targets;
};

// Nothing when there is none: an empty route, a target.
std::optional<Strategy> StrategyOf(const v1::Route& route);
std::optional<Strategy> StrategyOf(const v1::RouteNode& node);

// Every target of the route, through all its strategies, in the order they are written; `path` is the
// route's, and what `visit` is given the target's.
using TargetVisitor = absl::FunctionRef<void(const v1::RouteNode& target, const std::string& path)>;
void ForEachTarget(const v1::Route& route, const std::string& path, TargetVisitor visit);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_STRATEGY_H_
