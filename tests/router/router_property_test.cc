// Rules that hold whatever happens; simulation.h says what does, the referee what holds.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "router/call_report.h"
#include "tests/router/simulation.h"

namespace spillway::router {
namespace {

#if defined(__has_feature)
#define SPILLWAY_HAS_FEATURE(feature) __has_feature(feature)
#else
#define SPILLWAY_HAS_FEATURE(feature) 0
#endif
// A sanitizer or a build without optimization makes everything ten times as slow; then a quarter of the days
// has to do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__) || \
    SPILLWAY_HAS_FEATURE(address_sanitizer) || SPILLWAY_HAS_FEATURE(thread_sanitizer)
constexpr int kPart = 4;
#else
constexpr int kPart = 1;
#endif
constexpr std::uint64_t kSeeds = 520 / kPart;
constexpr std::uint64_t kReplayed = 40 / kPart;

struct Floor {
  std::string_view what;
  std::int64_t times;
};

// That every rule had occasion to be broken.
constexpr Floor kFloors[] = {
    {"call", 100'000},
    {"call without a route", 8'000},
    {"call for any model", 10'000},
    {"attempt", 100'000},
    {"reload", 10'000},
    {"operated by hand", 3'000},
    // Explaining.
    {"explained first attempt", 80'000},
    {"explanation with its future", 4'000},
    {"explained order", 4'000},
    // Turns and shares.
    {"round_robin turn", 40'000},
    {"round_robin cycle", 8'000},
    {"weighted turn", 40'000},
    {"weighted cycle from rest", 600},
    {"weighted cycle after a change", 200},
    {"weighted cycle further on", 60},
    {"turn kept across a reload", 10'000},
    {"spill at a strategy of turns", 15'000},
    {"spill within the subtree of the turn", 6'000},
    // Why targets are passed over.
    {"suspended", 60'000},
    {"probing", 15'000},
    {"saturated", 15'000},
    {"context_window", 9'000},
    {"unsupported", 5'000},
    {"attempt not made", 5'000},
    // Health.
    {"suspension", 2'500},
    {"suspension by hint", 400},
    {"further suspension in a row", 1'200},
    {"counted failure", 3'000},
    {"probe", 4'500},
    {"probe without a word", 1'200},
    {"lost probe", 200},
    {"lost attempt", 3'500},
    {"stale failure", 2'000},
    {"stale success", 900},
    {"last resort", 1'500},
    {"suspended by hand and forgotten", 120},
    {"endpoint outage", 700},
    {"out with its endpoint", 500},
    {"outage goes on", 80},
    {"back with its endpoint", 180},
    // Streams.
    {"streamed attempt", 30'000},
    {"whole answer over a stream", 10'000},
    {"first token", 20'000},
    {"failure after the first token", 4'000},
    {"end after a break that may be reset", 300},
    {"probe heard of", 500},
    {"long stream", 1'000},
    // Who is to blame.
    {"held against the target", 2'500},
    {"held against the endpoint", 12'000},
    {"held against the request", 8'000},
    {"held against the caller", 10'000},
    {"held against nobody", 1'800},
    {"left to its retry", 2'000},
    {"retry that came to nothing", 24},
    {"the same said twice of a request", 400},
    {"spill to a larger model", 2'000},
    // Bounds.
    {"same-target retry", 2'000},
    {"attempt under max_concurrent", 12'000},
    {"attempt with a timeout of its leaf", 14'000},
    {"further attempt under a budget", 3'000},
    {"budget kept across a reload", 600},
};

std::int64_t SumOf(const Record& record, std::initializer_list<std::string_view> occasions) {
  std::int64_t sum = 0;
  for (const std::string_view what : occasions) sum += record.Occasions(what);
  return sum;
}

TEST(RouterPropertyTest, NoSeedBreaksARule) {
  Record total;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Record record = Simulate({seed}).record;
    for (const std::string& rule : record.violations()) ADD_FAILURE() << "seed " << seed << ": " << rule;
    if (HasFailure()) return;
    total.Add(record);
  }
  for (const auto& [what, times] : kFloors) EXPECT_GE(total.Occasions(what), times / kPart) << what;
  for (std::uint8_t verdict = 0; verdict <= static_cast<std::uint8_t>(Verdict::kCancelled); ++verdict) {
    const std::string_view name = NameOf(static_cast<Verdict>(verdict));
    EXPECT_GE(total.Occasions(name), 700 / kPart) << name;
  }
  EXPECT_EQ(total.Extreme("depth"), 5);
  EXPECT_GT(total.Extreme("leaves of a route"), 128);
  EXPECT_EQ(total.Occasions("failed attempt"),
            SumOf(total, {"held against the target", "held against the endpoint", "held against the request",
                          "held against the caller", "held against nobody", "left to its retry"}));
}

TEST(RouterPropertyTest, TheSameSeedReplaysTheSameDayAndNoOther) {
  std::set<std::uint64_t> traces;
  for (std::uint64_t seed = 1; seed <= kReplayed; ++seed) {
    const std::uint64_t trace = Simulate({seed}).trace;
    EXPECT_EQ(Simulate({seed}).trace, trace) << seed;
    traces.insert(trace);
  }
  EXPECT_EQ(traces.size(), kReplayed);
}

TEST(RouterPropertyTest, ExplainingOnTheWayChangesNothing) {
  for (std::uint64_t seed = 1; seed <= kReplayed; ++seed) {
    SimulationOptions silent{seed};
    silent.explain = false;
    EXPECT_EQ(Simulate(silent).trace, Simulate({seed}).trace) << seed;
  }
}

}  // namespace
}  // namespace spillway::router
