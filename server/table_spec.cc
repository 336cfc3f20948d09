#include "server/table_spec.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/config/defaults.h"
#include "server/config/strategy.h"
#include "server/proto_time.h"

namespace spillway::server {
namespace {

using Node = router::TableSpec::Node;
using Targets = google::protobuf::RepeatedPtrField<v1::RouteNode>;

// One pass over a configuration: the spec, and its leaves as they come.
class SpecBuilder {
 public:
  explicit SpecBuilder(const v1::Config& config) {
    for (const v1::Endpoint& endpoint : config.endpoints()) {
      providers_.emplace(endpoint.name(), endpoint.provider());
    }
    for (const v1::Policy& policy : config.policies()) {
      if (policy.has_production()) AddPolicy(policy, router::Environment::kProduction, policy.production());
      if (policy.has_sandbox()) AddPolicy(policy, router::Environment::kSandbox, policy.sandbox());
    }
    for (const v1::Endpoint& endpoint : config.endpoints()) {
      if (endpoint.primary()) AddPrimary(endpoint);
    }
  }

  router::TableSpec TakeSpec() { return std::move(spec_); }
  std::vector<ConfiguredLeaf> TakeLeaves() { return std::move(leaves_); }

 private:
  void AddPolicy(const v1::Policy& policy, router::Environment environment, const v1::Route& route) {
    policy_ = &policy;
    spec_.policies.push_back(
        {policy.name(), policy.model(), environment, SettingsFrom(policy), StrategyNode(*StrategyOf(route))});
  }

  void AddPrimary(const v1::Endpoint& endpoint) {
    const bool sandbox = endpoint.environment() == v1::ENVIRONMENT_SANDBOX;
    spec_.primaries.push_back({sandbox ? router::Environment::kSandbox : router::Environment::kProduction,
                               {endpoint.provider(), endpoint.name(), ""}});
    leaves_.emplace_back();
  }

  Node StrategyNode(const Strategy& strategy) {
    Node node;
    switch (strategy.kind) {
      case StrategyKind::kFailover:
        node.kind = router::NodeKind::kFailover;
        break;
      case StrategyKind::kRoundRobin:
        node.kind = router::NodeKind::kRoundRobin;
        break;
      case StrategyKind::kWeighted:
        node.kind = router::NodeKind::kWeighted;
        break;
      case StrategyKind::kPriority:
        return PriorityNode(*strategy.targets);
    }
    for (const v1::RouteNode& child : *strategy.targets) {
      node.children.push_back(ChildNode(child));
      if (strategy.kind == StrategyKind::kWeighted) node.children.back().weight = WeightOf(child);
    }
    return node;
  }

  Node PriorityNode(const Targets& targets) {
    std::map<std::uint32_t, std::vector<const v1::RouteNode*>, std::greater<>> groups;
    for (const v1::RouteNode& child : targets) groups[WeightOf(child)].push_back(&child);
    Node node;
    node.kind = router::NodeKind::kFailover;
    for (const auto& [weight, members] : groups) {
      node.children.push_back(members.size() == 1 ? ChildNode(*members.front()) : GroupNode(members));
    }
    return node;
  }

  Node GroupNode(const std::vector<const v1::RouteNode*>& members) {
    Node node;
    node.kind = router::NodeKind::kRoundRobin;
    for (const v1::RouteNode* member : members) node.children.push_back(ChildNode(*member));
    return node;
  }

  Node ChildNode(const v1::RouteNode& child) {
    if (const auto strategy = StrategyOf(child)) return StrategyNode(*strategy);
    leaves_.push_back({policy_, &child});
    Node leaf;
    leaf.target = {providers_.at(child.endpoint()), child.endpoint(), child.model()};
    leaf.settings.path = child.path();
    if (child.has_request_timeout()) leaf.settings.request_timeout = FromProto(child.request_timeout());
    leaf.settings.context_window = child.context_window();
    leaf.settings.max_concurrent = child.max_concurrent();
    return leaf;
  }

  static std::uint32_t WeightOf(const v1::RouteNode& node) { return node.has_weight() ? node.weight() : 1; }

  std::unordered_map<std::string, std::string> providers_;  // By endpoint.
  // Whose route is being built.
  const v1::Policy* policy_ = nullptr;
  router::TableSpec spec_;
  std::vector<ConfiguredLeaf> leaves_;
};

}  // namespace

router::Settings SettingsFrom(const v1::Policy& policy) {
  router::Settings settings;
  if (policy.has_request_timeout()) settings.request_timeout = FromProto(policy.request_timeout());
  if (policy.has_first_token_timeout())
    settings.first_token_timeout = FromProto(policy.first_token_timeout());
  if (policy.has_stream_idle_timeout())
    settings.stream_idle_timeout = FromProto(policy.stream_idle_timeout());
  settings.stream_unary = policy.stream_unary();
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
  if (policy.has_retry_budget()) {
    router::RetryBudgetRules& budget = settings.retry_budget.emplace();
    if (policy.retry_budget().has_percent()) budget.percent = policy.retry_budget().percent();
    if (policy.retry_budget().has_floor()) budget.floor = policy.retry_budget().floor();
  }
  return settings;
}

router::TableSpec TableSpecFrom(const v1::Config& config) { return SpecBuilder(config).TakeSpec(); }

std::vector<ConfiguredLeaf> LeavesOf(const v1::Config& config) { return SpecBuilder(config).TakeLeaves(); }

v1::TargetSettings SettingsOf(const ConfiguredLeaf& leaf) {
  return leaf.target == nullptr ? PrimaryTargetSettings() : EffectiveSettings(*leaf.policy, *leaf.target);
}

std::set<v1::Capability> LacksOf(const ConfiguredLeaf& leaf) {
  std::set<v1::Capability> lacks;
  if (leaf.target == nullptr) return lacks;
  for (const int lacking : leaf.target->lacks()) lacks.insert(static_cast<v1::Capability>(lacking));
  return lacks;
}

}  // namespace spillway::server
