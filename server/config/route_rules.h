// What must hold of a policy's route: a tree of strategies whose leaves are targets of its environment.
//
// One object checks one route. Not thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_ROUTE_RULES_H_
#define SPILLWAY_SERVER_CONFIG_ROUTE_RULES_H_

#include <cstdint>
#include <string>

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "server/config/strategy.h"
#include "server/config/target_rules.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Strategies within strategies. The router recurses over them, and protobuf reads no more than 100 messages
// within each other: two a strategy, three a level of `parameters` (kMaxStructDepth), a few above.
inline constexpr int kMaxStrategyDepth = 16;

inline constexpr std::uint32_t kMaxWeight = 65'535;

class RouteRules {
 public:
  // `environment`: of the section the route is in.
  RouteRules(const ConfigIndex& index, v1::Environment environment, Findings* findings)
      : findings_(*findings), targets_(index, environment, findings) {}

  void Check(const v1::Route& route, const std::string& path);

 private:
  // `path`: of the route or node that is this strategy.
  void CheckStrategy(const Strategy& strategy, const std::string& path, int depth);
  void CheckNode(const v1::RouteNode& node, const std::string& path, StrategyKind parent, int depth);
  void CheckWeight(const v1::RouteNode& node, const std::string& path, StrategyKind parent);

  // Whether the file has `field` at `path`, readable or not.
  bool IsWritten(const std::string& path, const char* field) const;
  bool IsStrategyWritten(const std::string& path) const;

  Findings& findings_;
  TargetRules targets_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_ROUTE_RULES_H_
