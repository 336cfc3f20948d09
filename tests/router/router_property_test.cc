// Rules that hold whatever happens; simulation.h says what does, referee.cc what holds.
#include <set>

#include "gtest/gtest.h"
#include "tests/router/simulation.h"

namespace spillway::router {
namespace {

constexpr std::uint64_t kSeeds = 300;

TEST(RouterPropertyTest, NoSeedBreaksARule) {
  SimulationResult total;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SimulationResult result = Simulate({seed});
    for (const std::string& rule : result.violations) ADD_FAILURE() << "seed " << seed << ": " << rule;
    total.Add(result);
    if (!total.violations.empty()) return;
  }
  // Every rule had occasion to be broken.
  EXPECT_GE(total.calls, 50'000);
  EXPECT_GE(total.attempts, 40'000);
  EXPECT_GE(total.without_route, 5'000);
  EXPECT_GE(total.probes, 2'500);
  EXPECT_GE(total.last_resorts, 1'000);
  EXPECT_GE(total.same_target_retries, 1'500);
  EXPECT_GE(total.lost_probes, 100);
  EXPECT_GE(total.came_back_late, 1'000);
  EXPECT_GE(total.reloads, 1'000);
  EXPECT_GE(total.by_hand, 1'000);
  EXPECT_GE(total.suspensions, 3'500);
  EXPECT_EQ(total.deepest_nesting, 4);
  for (std::size_t verdict = 0; verdict < total.verdicts.size(); ++verdict) {
    EXPECT_GE(total.verdicts[verdict], 1'000) << "verdict " << verdict;
  }
}

TEST(RouterPropertyTest, TheSameSeedReplaysTheSameDayAndNoOther) {
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::uint64_t trace = Simulate({seed}).trace;
    EXPECT_EQ(Simulate({seed}).trace, trace) << seed;
    traces.insert(trace);
  }
  EXPECT_EQ(traces.size(), 10U);
}

TEST(RouterPropertyTest, ExplainingOnTheWayChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SimulationOptions silent{seed};
    silent.explain = false;
    EXPECT_EQ(Simulate(silent).trace, Simulate({seed}).trace) << seed;
  }
}

}  // namespace
}  // namespace spillway::router
