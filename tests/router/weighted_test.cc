// Shares by weight: exact, spread out, redistributed while one is out.
#include "router/weighted.h"

#include <algorithm>
#include <numeric>

#include "gtest/gtest.h"
#include "tests/router/bits.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

struct CycleRow {
  std::initializer_list<std::uint32_t> weights;
  std::string cycle;
};

TEST(WeightedTest, AHeavyTargetsTurnsAreSpreadOverTheCycle) {
  const CycleRow rows[] = {
      {{5, 1, 1}, "a a b a c a a"},
      {{4, 2, 1}, "a b a c a b a"},
      {{1}, "a"},
      {{7}, "a"},
      {{1, 1}, "a b"},
      {{2, 2}, "a b"},
      {{1, 1, 1}, "a b c"},
      {{2, 1}, "a b a"},
      {{1, 2}, "b a b"},
      {{3, 1}, "a a b a"},
      {{3, 2}, "a b a b a"},
  };
  for (const CycleRow& row : rows) {
    Scene scene(Spec(Weighted(row.weights)));
    const int calls = static_cast<int>(row.cycle.size() + 1) / 2;
    for (int cycle = 0; cycle < 3; ++cycle) EXPECT_EQ(scene.Turns(calls), row.cycle);
  }
}

TEST(WeightedTest, AThousandToOneIsAThousandToOneOver1001Calls) {
  Scene scene(Spec(Weighted({1000, 1})));
  for (int cycle = 0; cycle < 2; ++cycle) EXPECT_EQ(scene.Counts(1001), "a 1000, b 1");
  // Wherever one begins to count.
  ASSERT_EQ(scene.Counts(300), "a 300");
  EXPECT_EQ(scene.Counts(1001), "a 1000, b 1");
}

TEST(WeightedTest, TheGreatestWeightsDoNotOverflow) {
  Scene scene(Spec(Weighted({65535, 65535, 1})));
  EXPECT_EQ(scene.Counts(65535 + 65535 + 1), "a 65535, b 65535, c 1");
  Scene beyond(Spec(Weighted({4'294'967'295, 4'294'967'295, 4'294'967'295})));
  EXPECT_EQ(beyond.Counts(3000), "a 1000, b 1000, c 1000");
}

// How often each of `n` targets has had its turn.
std::vector<int> TurnsOf(Scene& scene, std::size_t n, int calls) {
  std::vector<int> counts(n);
  for (int i = 0; i < calls; ++i) ++counts[static_cast<std::size_t>(scene.Turns(1)[0] - 'a')];
  return counts;
}

TEST(WeightedTest, SharesAreExactOverEveryCycleWhereverItBegins) {
  Bits bits(42);
  for (int round = 0; round < 200; ++round) {
    std::vector<TableSpec::Node> leaves;
    std::vector<int> weights;
    for (std::uint64_t i = 0, n = 1 + bits.Below(6); i < n; ++i) {
      weights.push_back(static_cast<int>(1 + bits.Below(9)));
      leaves.push_back(Share(static_cast<std::uint32_t>(weights.back()),
                             LeafOf(std::string(1, static_cast<char>('a' + i)))));
    }
    const int cycle = std::accumulate(weights.begin(), weights.end(), 0);
    Scene scene(Spec(Weighted(std::move(leaves))));
    scene.Turns(static_cast<int>(bits.Below(static_cast<std::uint64_t>(cycle))));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(TurnsOf(scene, weights.size(), cycle), weights);
  }
}

struct OutRow {
  std::initializer_list<std::uint32_t> weights;
  const char* out;
  std::string while_out;
};

TEST(WeightedTest, TheShareOfOneThatIsOutGoesToTheOthersInProportion) {
  const OutRow rows[] = {
      {{5, 3, 2}, "c", "a 5, b 3"}, {{5, 3, 2}, "b", "a 5, c 2"},    {{5, 3, 2}, "a", "b 3, c 2"},
      {{1000, 1}, "a", "b 1"},      {{1000, 7, 3}, "a", "b 7, c 3"},
  };
  for (const OutRow& row : rows) {
    // Whether it goes out at the beginning or in the middle of a cycle.
    for (const int before : {0, 1, 4, 7, 10}) {
      Scene scene(Spec(Weighted(row.weights)));
      scene.Turns(before);
      scene.router.Suspend(row.out, "m", kNever, scene.now);
      int cycle = 0;
      for (std::size_t i = 0; i < row.weights.size(); ++i) {
        if (row.out[0] != static_cast<char>('a' + i)) cycle += static_cast<int>(row.weights.begin()[i]);
      }
      for (int i = 0; i < 3; ++i) EXPECT_EQ(scene.Counts(cycle), row.while_out) << row.out << " is out";
    }
  }
}

TEST(WeightedTest, WhenTheHeavyOneGoesOutTheLightOnesAlternateAtOnce) {
  for (const int before : {0, 1, 30, 49, 50, 80, 99}) {
    Scene scene(Spec(Weighted({98, 1, 1})));
    scene.Turns(before);
    scene.router.Suspend("a", "m", kNever, scene.now);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(scene.Counts(2), "b 1, c 1") << before << " calls before";
  }
}

TEST(WeightedTest, AfterAnOutageItTakesUpWhereItLeftOffWithoutABurst) {
  Scene scene(Spec(Weighted({2, 1})));
  ASSERT_EQ(scene.Turns(1), "a");
  scene.router.Suspend("b", "m", kNever, scene.now);
  ASSERT_EQ(scene.Counts(1000), "a 1000");
  scene.router.Resume("b", "m", scene.now);
  EXPECT_EQ(scene.Turns(8), "b a a b a a b a") << "the cycle goes on after its first call";
}

TEST(WeightedTest, OutagesAtAnyTimeNeitherSaveUpNorOweMoreThanACoupleOfCalls) {
  // Targets go and come at random; when all are there again for good, shares are exact again, but for
  // what the outages left over: never more than one call a target.
  Bits bits(7);
  const std::vector<int> weights = {5, 3, 2, 1};
  Scene scene(Spec(Weighted({5, 3, 2, 1})));
  for (int round = 0; round < 300; ++round) {
    for (const char* name : {"a", "b", "c", "d"}) {
      if (bits.Chance(50)) {
        scene.router.Suspend(name, "m", kNever, scene.now);
      } else {
        scene.router.Resume(name, "m", scene.now);
      }
    }
    scene.Turns(static_cast<int>(bits.Below(30)));
    for (const char* name : {"a", "b", "c", "d"}) scene.router.Resume(name, "m", scene.now);
    const std::vector<int> counts = TurnsOf(scene, 4, 11);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_LE(std::abs(counts[i] - weights[i]), 1) << i;
  }
}

TEST(WeightedTest, AFailingPickSpillsToTheOneThatWouldBeNextAndTakesNoTurn) {
  Scene scene(Spec(Weighted({5, 1, 1})));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503(), kOk}), "a b c SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503(), Http503()}), "b a c ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Turns(4), "a c a a");
  EXPECT_EQ(scene.Turns(7), "a a b a c a a");
}

TEST(WeightedTest, SharesOfFirstTriesStayExactHoweverManyCallsFail) {
  Scene scene(Spec(Weighted({5, 1, 1})));
  std::string firsts;
  for (int i = 0; i < 7; ++i) firsts += scene.Play({Http503(), Http503(), Http503()})[0];
  EXPECT_EQ(firsts, "aabacaa");
}

TEST(WeightedTest, ATurnIsTakenOnceACallWhateverItTriesAgain) {
  Scene scene(Spec(Weighted({5, 1, 1})));
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a a SERVED");
  EXPECT_EQ(scene.Play({Http500(), Http503(), kOk}), "a sleep a b SERVED");
  EXPECT_EQ(scene.Turns(5), "b a c a a");
}

TEST(WeightedTest, CallsUnderWayTogetherKeepTheShares) {
  Scene scene(Spec(Weighted({2, 1})));
  std::vector<Call> calls;
  std::string starts;
  for (int i = 0; i < 6; ++i) starts += calls.emplace_back(scene.Start()).step();
  EXPECT_EQ(starts, "abaaba");
}

TEST(WeightedTest, AllSuspendedTakesNoTurn) {
  Scene scene(Spec(Weighted({2, 1})));
  ASSERT_EQ(scene.Turns(1), "a");
  for (const char* name : {"a", "b"}) scene.router.Suspend(name, "m", kNever, scene.now);
  EXPECT_EQ(scene.Turns(3), "ALL_TARGETS_SUSPENDED ALL_TARGETS_SUSPENDED ALL_TARGETS_SUSPENDED");
  for (const char* name : {"a", "b"}) scene.router.Resume(name, "m", scene.now);
  EXPECT_EQ(scene.Turns(2), "b a");
}

TEST(WeightedTest, ASuspendedTargetIsProbedWhenItIsItsTurn) {
  Scene scene(Spec(Weighted({2, 1}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Turns(1), "a");
  ASSERT_EQ(scene.Play({Http503(), kOk}), "b a SERVED");
  ASSERT_EQ(scene.Turns(4), "a a a a");
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Turns(5), "a a b (probe) a a");
}

}  // namespace
}  // namespace spillway::router
