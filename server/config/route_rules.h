// What must hold of a policy's route: a tree whose leaves name endpoints of its environment.
//
// One object checks one route. Not thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_ROUTE_RULES_H_
#define SPILLWAY_SERVER_CONFIG_ROUTE_RULES_H_

#include <map>
#include <string>
#include <tuple>

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Strategies within strategies; the router recurses over them.
inline constexpr int kMaxStrategyDepth = 32;

class RouteRules {
 public:
  // `environment`: of the section the route is in.
  RouteRules(const ConfigIndex& index, v1::Environment environment, Findings* findings)
      : index_(index), environment_(environment), findings_(*findings) {}

  void Check(const v1::Route& route, const std::string& path);

 private:
  void CheckFailover(const v1::Failover& failover, const std::string& path, int depth);
  void CheckNode(const v1::RouteNode& node, const std::string& path, int depth);
  void CheckLeaf(const v1::RouteNode& leaf, const std::string& path);
  void CheckEndpoint(const v1::RouteNode& leaf, const std::string& path);
  void CheckModelIsOffered(const v1::RouteNode& leaf, const v1::Endpoint& endpoint, const std::string& path);

  const ConfigIndex& index_;
  const v1::Environment environment_;
  Findings& findings_;
  // Path of the first leaf of each endpoint, model and path.
  std::map<std::tuple<std::string, std::string, std::string>, std::string> leaves_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_ROUTE_RULES_H_
