// examples/weighted-round-robin.yaml: the caller's model is replaced by one of the list, in proportion to the
// weights.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/e2e/concurrent_callers.h"
#include "tests/e2e/example_scene.h"

namespace spillway::e2e {
namespace {

using grpc::StatusCode;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Their weights.
constexpr char kFive[] = "openai/gpt-4o-mini";
constexpr char kThree[] = "mistral/mistral-small";
constexpr char kTwo[] = "openai/gpt-4o";

// One cycle of smooth weighted round robin, worked out by hand from 5, 3 and 2.
const std::vector<std::string> kCycle = {kFive,  kThree, kTwo, kFive,  kFive,
                                         kThree, kFive,  kTwo, kThree, kFive};

Example Weighted() { return Example("weighted-round-robin.yaml").As(kProductionKey); }

TEST(WeightedRoundRobinTest, TheCallersModelIsReplaced) {
  ExampleScene scene(Weighted());
  EXPECT_THAT(scene.WhoServes(3, "whatever"), ElementsAre(kFive, kThree, kTwo));
  const std::vector<sim::LogEntry> asked = scene.sim().Log();
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_EQ(ModelIn(asked[0]), "gpt-4o-mini");
  EXPECT_EQ(ModelIn(asked[1]), "mistral-small");
  EXPECT_EQ(ModelIn(asked[2]), "gpt-4o");
}

TEST(WeightedRoundRobinTest, SharesAreExactOverEachCycleAndEvenlySpread) {
  ExampleScene scene(Weighted());
  for (int cycle = 0; cycle < 4; ++cycle) EXPECT_THAT(scene.WhoServes(10), ElementsAreArray(kCycle));
}

TEST(WeightedRoundRobinTest, SharesAreExactWithFourConcurrentCallers) {
  ExampleScene scene(Weighted());
  EXPECT_THAT(Shares(CallConcurrently(scene, 4, 25)),
              UnorderedElementsAre(Pair(kFive, 50), Pair(kThree, 30), Pair(kTwo, 20)));
}

TEST(WeightedRoundRobinTest, RouteShowsWhoseTurnItIsAndTakesNone) {
  ExampleScene scene(Weighted());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(WouldTry(scene.Route()).at(0), kFive);
  EXPECT_EQ(ServedBy(scene.Chat()), kFive);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(WouldTry(scene.Route()).at(0), kThree);
  EXPECT_EQ(ServedBy(scene.Chat()), kThree);
}

TEST(WeightedRoundRobinTest, TheShareOfOneThatIsOutGoesToTheOthersInProportion) {
  ExampleScene scene(Weighted());
  scene.Suspend(kThree);
  EXPECT_THAT(Shares(scene.WhoServes(70)), UnorderedElementsAre(Pair(kFive, 50), Pair(kTwo, 20)));
  scene.Resume(kThree);
  scene.Suspend(kFive);
  EXPECT_THAT(Shares(scene.WhoServes(50)), UnorderedElementsAre(Pair(kThree, 30), Pair(kTwo, 20)));
}

TEST(WeightedRoundRobinTest, TheOrderIsStableWhileATargetIsOutAndTheSameAfterItReturns) {
  ExampleScene scene(Weighted());
  EXPECT_THAT(scene.WhoServes(10), ElementsAreArray(kCycle));
  scene.Suspend(kThree);
  const std::vector<std::string> without = {kFive, kTwo, kFive, kFive, kFive, kTwo, kFive};
  EXPECT_THAT(scene.WhoServes(7), ElementsAreArray(without));
  EXPECT_THAT(scene.WhoServes(7), ElementsAreArray(without));
  scene.Resume(kThree);
  EXPECT_THAT(scene.WhoServes(10), ElementsAreArray(kCycle));
}

// It neither saves turns up while it is out nor pays for those that the others took.
TEST(WeightedRoundRobinTest, OneThatReturnsInTheMiddleOfACycleTakesUpWhereItLeftOff) {
  ExampleScene scene(Weighted());
  EXPECT_THAT(scene.WhoServes(2), ElementsAre(kFive, kThree));
  scene.Suspend(kThree);
  EXPECT_THAT(Shares(scene.WhoServes(70)), UnorderedElementsAre(Pair(kFive, 50), Pair(kTwo, 20)));
  scene.Resume(kThree);
  EXPECT_THAT(scene.WhoServes(8), ElementsAreArray(kCycle.begin() + 2, kCycle.end()));
}

TEST(WeightedRoundRobinTest, AFailingPickSpillsAndTheCallStillSucceeds) {
  ExampleScene scene(Weighted().Script("openai", R"({"steps": ["rate_limited"], "then": "ok"})"));
  const auto result = scene.Chat();
  ExpectServedBy("mistral", result);
  EXPECT_THAT(Tried(result), ElementsAre(kFive, kThree));
  EXPECT_EQ(result.response.route().attempts(0).failure(), v1::FAILURE_RATE_LIMITED);
}

TEST(WeightedRoundRobinTest, AFailoverTakesNoTurnFromTheSharesOfTheOthers) {
  // Nothing is remembered: the failing target stays in the rotation, and each of its turns spills.
  ExampleScene scene(Weighted().With("suspend_duration: 30s", "").Script("mistral", "overloaded"));
  int its_turns = 0;
  int fives = 0;
  for (int call = 0; call < 20; ++call) {
    const std::vector<std::string> tried = Tried(scene.Chat());
    its_turns += tried.at(0) == kThree ? 1 : 0;
    fives += tried.at(0) == kFive ? 1 : 0;
    EXPECT_THAT(tried, SizeIs(tried.at(0) == kThree ? 2 : 1));
  }
  EXPECT_EQ(its_turns, 6);
  EXPECT_EQ(fives, 10);
}

TEST(WeightedRoundRobinTest, ATargetThatFailedIsPassedOverUntilItIsDue) {
  ExampleScene scene(Weighted()
                         .With("suspend_duration: 30s", "suspend_duration: 5s")
                         .Script("mistral", R"({"steps": ["overloaded"], "then": "ok"})"));
  EXPECT_THAT(scene.WhoServes(1), ElementsAre(kFive));
  EXPECT_THAT(Tried(scene.Chat()), SizeIs(2));
  EXPECT_EQ(Shares(scene.WhoServes(7)).count(kThree), 0u);
  scene.WaitUntilDue(kThree);
  EXPECT_THAT(Shares(scene.WhoServes(10)), ::testing::Contains(Pair(kThree, ::testing::Ge(2))));
  EXPECT_EQ(scene.Target(kThree).state(), v1::TARGET_STATE_AVAILABLE);
}

TEST(WeightedRoundRobinTest, AllSuspendedIsUnavailableAndSaysWhenToComeBack) {
  ExampleScene scene(Weighted().Script("openai", "overloaded").Script("mistral", "overloaded"));
  EXPECT_EQ(ReasonOf(scene.Chat()), "ALL_TARGETS_FAILED");
  const auto result = scene.Chat();
  EXPECT_EQ(result.status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(result), "ALL_TARGETS_SUSPENDED");
  EXPECT_THAT(Tried(result), IsEmpty());
  ASSERT_TRUE(result.details.retry_delay);
  EXPECT_GT(*result.details.retry_delay, seconds(25));
  EXPECT_LE(*result.details.retry_delay, seconds(30));
}

TEST(WeightedRoundRobinTest, WithLeastBadTheOneDueBackSoonestIsTried) {
  ExampleScene scene(Weighted()
                         .With("suspend_duration: 30s", "suspend_duration: 30s\n    all_suspended: least_bad")
                         .Script("openai", "rate_limited:retry_after=200")
                         .Script("mistral", R"({"steps": ["rate_limited:retry_after=100"], "then": "ok"})"));
  EXPECT_EQ(ReasonOf(scene.Chat()), "ALL_TARGETS_FAILED");
  EXPECT_THAT(WouldTry(scene.Route()), ElementsAre(kThree));
  EXPECT_EQ(ServedBy(scene.Chat()), kThree);
}

TEST(WeightedRoundRobinTest, AnEnvironmentWithNoListPassesTheCallThroughToItsPrimaryEndpoint) {
  ExampleScene scene(Weighted().As(kSandboxKey));
  EXPECT_THAT(scene.WhoServes(2, "gpt-4o-mini"), ElementsAre("sandbox/gpt-4o-mini", "sandbox/gpt-4o-mini"));
  ASSERT_THAT(scene.sim().Log(), SizeIs(2));
  EXPECT_EQ(ModelIn(scene.sim().Log()[0]), "gpt-4o-mini");
}

}  // namespace
}  // namespace spillway::e2e
