// Strategies of strategies: a call finishes the subtree it was sent to, a strategy's turn is its own.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

TEST(NestingTest, ACallFinishesTheSubtreeItWasSentToBeforeItGoesOn) {
  Scene scene(Spec(RoundRobin({Failover({"a", "b"}), Failover({"c", "d"}), LeafOf("e")})));
  const std::vector<std::optional<FailedAttempt>> all_fail(5, Http503());
  EXPECT_EQ(scene.Play(all_fail), "a b c d e ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play(all_fail), "c d e a b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play(all_fail), "e a b c d ALL_TARGETS_FAILED");
}

TEST(NestingTest, NorDoesItLeaveASubtreeThatItSpilledTo) {
  Scene scene(Spec(Weighted(
      {Share(3, Failover({"a", "b"})), Share(2, Failover({"c", "d"})), Share(1, Failover({"e", "f"}))})));
  const std::vector<std::optional<FailedAttempt>> all_fail(6, Http503());
  EXPECT_EQ(scene.Play(all_fail), "a b c d e f ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play(all_fail), "c d a b e f ALL_TARGETS_FAILED");
}

TEST(NestingTest, OtherCallsTurnsDoNotCallItAwayEither) {
  Scene scene(Spec(RoundRobin({RoundRobin({"a", "b", "c"}), LeafOf("d")})));
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "a");
  ASSERT_EQ(scene.Turns(3), "d b d");
  EXPECT_EQ(call.Fail(Http503()), "b");
  ASSERT_EQ(scene.Turns(1), "c");
  EXPECT_EQ(call.Fail(Http503()), "c");
  EXPECT_EQ(call.Fail(Http503()), "d");
}

TEST(NestingTest, NorAwayFromTheOneItSpilledTo) {
  Scene scene(Spec(Weighted({Share(2, LeafOf("a")), Share(2, Failover({"c", "d"})), Share(1, LeafOf("e"))})));
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "a");
  ASSERT_EQ(call.Fail(Http503()), "c");
  ASSERT_EQ(scene.Turns(1), "c");
  EXPECT_EQ(call.Fail(Http503()), "d") << "though e would be next in turn by now";
  EXPECT_EQ(call.Fail(Http503()), "e");
}

TEST(NestingTest, SharesMultiply) {
  Scene scene(Spec(Weighted(
      {Share(2, RoundRobin({"a", "b"})), Share(1, Weighted({Share(3, LeafOf("c")), LeafOf("d")}))})));
  EXPECT_EQ(scene.Turns(6), "a c b a c b");
  EXPECT_EQ(scene.Counts(1200), "a 400, b 400, c 300, d 100");
}

TEST(NestingTest, AStrategysTurnPassesOnlyWhenACallComesToIt) {
  Scene scene(Spec(Failover({LeafOf("p"), RoundRobin({"a", "b"})})));
  EXPECT_EQ(scene.Turns(3), "p p p");
  // Spilled calls are spread over what they spill to.
  EXPECT_EQ(scene.Play({Http503(), kOk}), "p a SERVED");
  EXPECT_EQ(scene.Play({Http503(), kOk}), "p b SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503(), kOk}), "p a b SERVED");
  scene.router.Suspend("p", "m", kNever, scene.now);
  EXPECT_EQ(scene.Turns(3), "b a b");
}

TEST(NestingTest, ASubtreeWithNothingAdmissibleIsPassedOverAndKeepsItsTurn) {
  Scene scene(Spec(RoundRobin({RoundRobin({"a", "b"}), LeafOf("c")})));
  ASSERT_EQ(scene.Turns(2), "a c");
  for (const char* name : {"a", "b"}) scene.router.Suspend(name, "m", kNever, scene.now);
  EXPECT_EQ(scene.Turns(3), "c c c");
  for (const char* name : {"a", "b"}) scene.router.Resume(name, "m", scene.now);
  EXPECT_EQ(scene.Turns(4), "b c a c");
}

TEST(NestingTest, ASubtreeIsInAsLongAsOneOfItIs) {
  Scene scene(Spec(Weighted({Share(1, Failover({"a", "b"})), Share(1, LeafOf("c"))})));
  scene.router.Suspend("a", "m", kNever, scene.now);
  EXPECT_EQ(scene.Turns(4), "b c b c");
}

TEST(NestingTest, StrategiesOfTheSameTargetsHaveTurnsOfTheirOwn) {
  const TableSpec::Node pair = RoundRobin({"a", "b"});
  TableSpec spec = Spec(pair);
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().name = spec.policies.back().model = "claude";
  Scene scene(spec);
  ASSERT_EQ(scene.Turns(1), "a");
  EXPECT_EQ(scene.Start(kNever, "claude").step(), "a");
  EXPECT_EQ(scene.Turns(1), "b");

  Scene twice(Spec(RoundRobin({pair, pair})));
  EXPECT_EQ(twice.Turns(6), "a a b b a a");
}

TEST(NestingTest, APolicysTurnsInTheOneEnvironmentAreNotThoseInTheOther) {
  TableSpec spec = Spec(RoundRobin({"a", "b"}));
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().environment = Environment::kSandbox;
  Scene scene(spec);
  ASSERT_EQ(scene.Turns(1), "a");
  auto plan = scene.router.Begin("gpt", Environment::kSandbox, scene.now, kNever);
  ASSERT_TRUE(plan);
  const Step step = scene.router.On(*plan, Started(), scene.now);
  EXPECT_EQ(plan->report().table->leaf(std::get<Try>(step).leaf).name.endpoint, "a");
  EXPECT_EQ(scene.Turns(1), "b");
}

TEST(NestingTest, FiveLevelsAreAsGoodAsOne) {
  Scene scene(Spec(Failover(
      {Weighted({Share(1, RoundRobin({Failover({RoundRobin({"a", "b"}), LeafOf("c")}), LeafOf("d")})),
                 Share(1, LeafOf("e"))}),
       LeafOf("f")})));
  EXPECT_EQ(scene.Turns(8), "a e d e b e d e");
  EXPECT_EQ(scene.Play(std::vector<std::optional<FailedAttempt>>(6, Http503())),
            "a b c d e f ALL_TARGETS_FAILED");
}

// Groups in order of priority: a round robin each, one behind the other.
TEST(PriorityTest, CallsGoRoundInTheFirstGroupAndSpillToTheNext) {
  Scene scene(Spec(Failover({RoundRobin({"a", "b"}), RoundRobin({"c", "d"})})));
  EXPECT_EQ(scene.Turns(4), "a b a b");
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503(), kOk}), "b a c SERVED");
  for (const char* name : {"a", "b"}) scene.router.Suspend(name, "m", kNever, scene.now);
  EXPECT_EQ(scene.Turns(4), "d c d c");
}

}  // namespace
}  // namespace spillway::router
