#include "tests/bench/desk.h"

#include <benchmark/benchmark.h>

#include <optional>
#include <utility>
#include <vector>

namespace spillway::bench {

using router::TableSpec;

namespace {

constexpr int kNested = 5;
constexpr auto kBetweenCalls = std::chrono::milliseconds(1);
constexpr auto kCallersPatience = std::chrono::seconds(30);

// Not all alike, so that a weighted has something to do.
TableSpec::Node Weigh(int i, TableSpec::Node node) { return router::Share(1 + i % 3, std::move(node)); }

TableSpec::Node Nested(int targets) {
  std::vector<TableSpec::Node> groups;
  for (int i = 0; i < targets; ++i) {
    if (i % kNested == 0) groups.push_back(Weigh(i / kNested, router::Failover({})));
    groups.back().children.push_back(router::LeafOf(EndpointName(i)));
  }
  return router::Weighted(std::move(groups));
}

}  // namespace

std::string EndpointName(int i) { return "endpoint-" + std::to_string(i); }
std::string ModelName(int i) { return "model-" + std::to_string(i); }

TableSpec::Node Route(std::string_view kind, int targets) {
  if (kind == "nested") return Nested(targets);
  std::vector<TableSpec::Node> leaves;
  leaves.reserve(targets);
  for (int i = 0; i < targets; ++i) leaves.push_back(Weigh(i, router::LeafOf(EndpointName(i))));
  if (kind == "failover") return router::Failover(std::move(leaves));
  if (kind == "round_robin") return router::RoundRobin(std::move(leaves));
  return router::Weighted(std::move(leaves));
}

TableSpec Policies(int count) {
  TableSpec spec;
  for (int i = 0; i < count; ++i) {
    TableSpec::Policy& policy = spec.policies.emplace_back();
    policy.name = "policy-" + std::to_string(i);
    policy.model = ModelName(i);
    policy.root = Route("failover", 2);
    for (TableSpec::Node& leaf : policy.root.children) leaf.target.model = policy.model;
  }
  return spec;
}

bool Desk::Call(std::string_view model, int failing) {
  now += kBetweenCalls;
  std::optional<router::Plan> plan =
      router.Begin(model, router::Environment::kProduction, now, now + kCallersPatience);
  router::Step step = router.On(*plan, router::Started(), now);
  for (int i = 0; i < failing; ++i) step = router.On(*plan, router::Failed{router::Http503()}, now);
  step = router.On(*plan, router::Succeeded(), now);
  benchmark::DoNotOptimize(step);
  // As the server does, which logs them.
  if (router.has_transitions()) benchmark::DoNotOptimize(router.TakeTransitions());
  const router::CallReport& report = plan->report();
  return report.verdict == router::Verdict::kServed &&
         report.attempts.size() == static_cast<std::size_t>(failing) + 1;
}

}  // namespace spillway::bench
