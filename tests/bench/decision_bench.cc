// `decision-bench`: what the routing core costs a call, in time and in heap allocations.
//
// Names read WHAT/ROUTE/targets:N or WHAT/policies:N; decisions.py makes tables of them.
#include <benchmark/benchmark.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/allocations.h"
#include "tests/bench/desk.h"
#include "tests/router/bits.h"

namespace spillway::bench {
namespace {

constexpr auto kSuspended = std::chrono::seconds(30);
constexpr int kTargets[] = {1, 10, 100, 1000};
constexpr int kPolicies[] = {1, 10, 100, 1000, 10000};
constexpr auto kRoutes = {"failover", "round_robin", "weighted", "nested"};

// Times `decide` and counts its allocations. It says whether it decided what it was meant to.
template <class Decide>
void Measure(benchmark::State& state, Decide decide, int warm_up = 10) {
  bool as_meant = true;
  for (int i = 0; i < warm_up; ++i) as_meant &= decide();
  std::uint64_t allocations = 0;
  for (auto _ : state) {
    const std::uint64_t before = Allocations();
    as_meant &= decide();
    allocations += Allocations() - before;
  }
  if (!as_meant) state.SkipWithError("a call went otherwise than meant");
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations), benchmark::Counter::kAvgIterations);
}

// Every target healthy: the first attempt serves.
void Serve(benchmark::State& state, const char* route, int targets) {
  Desk desk(router::Spec(Route(route, targets)));
  Measure(state, [&] { return desk.Call("gpt", 0); });
}

// Nine in ten are suspended, the first ones: the first attempt serves.
void ServeSuspended(benchmark::State& state, const char* route, int targets) {
  Desk desk(router::Spec(Route(route, targets)));
  for (int i = 0; i < targets * 9 / 10; ++i) {
    desk.router.Suspend(EndpointName(i), "m", router::kNever, desk.now);
  }
  desk.router.TakeTransitions();
  Measure(state, [&] { return desk.Call("gpt", 0); });
}

// The first attempt fails, nothing is remembered of it, the second serves.
void FailOver(benchmark::State& state, const char* route, int targets) {
  Desk desk(router::Spec(Route(route, targets)));
  Measure(state, [&] { return desk.Call("gpt", 1); });
}

// Each call finds the first target due back, its probe fails, the target is suspended again, the second
// serves: two changes of state a call.
void FailProbe(benchmark::State& state, const char* route, int targets) {
  router::Settings settings = router::Remembering(kSuspended);
  settings.health.max_suspend_duration = kSuspended;
  Desk desk(router::Spec(Route(route, targets), settings));
  Measure(state, [&] {
    desk.now += kSuspended;
    return desk.Call("gpt", 1);
  });
}

void Explain(benchmark::State& state, const char* route, int targets) {
  const Desk desk(router::Spec(Route(route, targets)));
  Measure(state, [&] {
    const auto explanation = desk.router.Explain("gpt", router::Environment::kProduction, desk.now);
    return explanation->candidates.size() == static_cast<std::size_t>(targets);
  });
}

// All calls ask for the same model.
void ServeOnePolicy(benchmark::State& state, int policies) {
  Desk desk(Policies(policies));
  const std::string model = ModelName(policies / 2);
  Measure(state, [&] { return desk.Call(model, 0); });
}

// Calls ask for all models, in no order that the processor could foresee.
void ServeEveryPolicy(benchmark::State& state, int policies) {
  Desk desk(Policies(policies));
  std::vector<std::string> models;
  models.reserve(policies);
  for (int i = 0; i < policies; ++i) models.push_back(ModelName(i));
  router::Bits bits(7);
  for (std::size_t i = models.size(); i > 1; --i) std::swap(models[i - 1], models[bits.Below(i)]);
  std::size_t next = 0;
  const auto decide = [&] {
    const std::string& model = models[next];
    next = next + 1 == models.size() ? 0 : next + 1;
    return desk.Call(model, 0);
  };
  Measure(state, decide, policies);
}

using OfRoute = void (*)(benchmark::State&, const char* route, int targets);
using OfPolicies = void (*)(benchmark::State&, int policies);

void Register(std::string_view what, std::initializer_list<const char*> routes, int fewest_targets,
              OfRoute run) {
  for (const char* route : routes) {
    for (const int targets : kTargets) {
      if (targets < fewest_targets) continue;
      const std::string name = std::string(what) + "/" + route + "/targets:" + std::to_string(targets);
      benchmark::RegisterBenchmark(name.c_str(), run, route, targets);
    }
  }
}

void Register(std::string_view what, OfPolicies run) {
  for (const int policies : kPolicies) {
    const std::string name = std::string(what) + "/policies:" + std::to_string(policies);
    benchmark::RegisterBenchmark(name.c_str(), run, policies);
  }
}

void RegisterAll() {
  Register("serve", kRoutes, 1, Serve);
  Register("serve_suspended", kRoutes, 10, ServeSuspended);
  Register("fail_over", kRoutes, 10, FailOver);
  Register("fail_probe", {"failover"}, 10, FailProbe);
  Register("explain", kRoutes, 1, Explain);
  Register("serve_one_policy", ServeOnePolicy);
  Register("serve_every_policy", ServeEveryPolicy);
}

}  // namespace
}  // namespace spillway::bench

int main(int argc, char** argv) {
  // The server has threads, and in a process that ever had two, reference counts are atomic.
  std::thread([] {}).join();
  spillway::bench::RegisterAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bool any = benchmark::RunSpecifiedBenchmarks() != 0;
  benchmark::Shutdown();
  return any ? 0 : 2;
}
