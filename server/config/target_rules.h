// What must hold of a route's targets: an endpoint of its environment, a model the provider has, settings
// within their bounds, no target twice.
//
// One object checks one route. Not thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_TARGET_RULES_H_
#define SPILLWAY_SERVER_CONFIG_TARGET_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

inline constexpr std::uint32_t kMaxMaxConcurrent = 1'000'000;

class TargetRules {
 public:
  // `environment`: of the section the route is in.
  TargetRules(const ConfigIndex& index, v1::Environment environment, Findings* findings)
      : index_(index), environment_(environment), findings_(*findings) {}

  void Check(const v1::RouteNode& target, const std::string& path);

 private:
  void CheckModelText(const v1::RouteNode& target, const std::string& path);
  void CheckEndpoint(const v1::RouteNode& target, const std::string& path);
  void CheckModelIsOffered(const v1::RouteNode& target, const v1::Endpoint& endpoint,
                           const std::string& path);
  void CheckSettings(const v1::RouteNode& target, const std::string& path);
  void CheckIsNew(const v1::RouteNode& target, const std::string& path);

  const ConfigIndex& index_;
  const v1::Environment environment_;
  Findings& findings_;
  // Path of the first target of each endpoint, model, path and parameters.
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::string> targets_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_TARGET_RULES_H_
