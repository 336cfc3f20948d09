#include "server/table_spec.h"

#include <string>
#include <unordered_map>
#include <vector>

#include "server/proto_time.h"

namespace spillway::server {
namespace {

using Providers = std::unordered_map<std::string, std::string>;  // endpoint name -> provider name

router::TargetName NameOf(const std::string& endpoint, const std::string& model, const Providers& providers) {
  return {providers.at(endpoint), endpoint, model};
}

router::TableSpec::Node NodeFrom(const v1::RouteNode& node, const Providers& providers);

router::TableSpec::Node FailoverFrom(const v1::Failover& failover, const Providers& providers) {
  router::TableSpec::Node spec;
  for (const v1::RouteNode& child : failover.targets()) spec.children.push_back(NodeFrom(child, providers));
  return spec;
}

router::TableSpec::Node NodeFrom(const v1::RouteNode& node, const Providers& providers) {
  if (node.has_failover()) return FailoverFrom(node.failover(), providers);
  router::TableSpec::Node spec;
  spec.target = NameOf(node.endpoint(), node.model(), providers);
  spec.path = node.path();
  return spec;
}

}  // namespace

router::Settings SettingsFrom(const v1::Policy& policy) {
  router::Settings settings;
  if (policy.has_request_timeout()) settings.request_timeout = FromProto(policy.request_timeout());
  if (policy.has_total_timeout()) settings.total_timeout = FromProto(policy.total_timeout());
  if (policy.has_retries()) settings.retries = policy.retries();
  if (policy.has_same_target_retries()) settings.same_target_retries = policy.same_target_retries();
  std::string bad_word;
  const std::vector<std::string> fail_on(policy.fail_on().begin(), policy.fail_on().end());
  settings.fail_on = router::FailOn::Parse(fail_on, &bad_word).value_or(router::FailOn());
  router::HealthRules& health = settings.health;
  if (policy.has_max_fails()) health.max_fails = policy.max_fails();
  if (policy.count_mode() == v1::COUNT_MODE_WINDOW) health.count_mode = router::CountMode::kWindow;
  if (policy.has_fail_timeout()) health.fail_timeout = FromProto(policy.fail_timeout());
  if (policy.has_suspend_duration()) health.suspend_duration = FromProto(policy.suspend_duration());
  if (policy.has_max_suspend_duration())
    health.max_suspend_duration = FromProto(policy.max_suspend_duration());
  if (policy.all_suspended() == v1::ALL_SUSPENDED_LEAST_BAD) {
    settings.all_suspended = router::AllSuspended::kLeastBad;
  }
  return settings;
}

router::TableSpec TableSpecFrom(const v1::Config& config) {
  Providers providers;
  router::TableSpec spec;
  for (const v1::Endpoint& endpoint : config.endpoints()) {
    providers.emplace(endpoint.name(), endpoint.provider());
    if (!endpoint.primary()) continue;
    const bool sandbox = endpoint.environment() == v1::ENVIRONMENT_SANDBOX;
    spec.primaries.push_back({sandbox ? router::Environment::kSandbox : router::Environment::kProduction,
                              {endpoint.provider(), endpoint.name(), ""}});
  }
  for (const v1::Policy& policy : config.policies()) {
    const auto add = [&](router::Environment environment, const v1::Route& route) {
      spec.policies.push_back({policy.name(), policy.model(), environment, SettingsFrom(policy),
                               FailoverFrom(route.failover(), providers)});
    };
    if (policy.has_production()) add(router::Environment::kProduction, policy.production());
    if (policy.has_sandbox()) add(router::Environment::kSandbox, policy.sandbox());
  }
  return spec;
}

}  // namespace spillway::server
