// A new table: what outlives it and what starts afresh. Budgets: retry_budget_test.cc.
#include "gtest/gtest.h"
#include "router/router.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

TEST(ReplaceTest, HealthStaysWithTheNameWhereverItsLeafMoves) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.router.Replace(Spec(Failover({"c", "b", "a"}), Remembering(seconds(30))));
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(scene.Left("a"), seconds(30));
  EXPECT_EQ(scene.StateOf("b"), TargetState::kAvailable);
  EXPECT_EQ(scene.StateOf("c"), TargetState::kAvailable);
  EXPECT_EQ(scene.Play({Http503(), Http503()}), "c b ALL_TARGETS_FAILED");
}

TEST(ReplaceTest, HealthOutlivesATableThatDoesNotNameTheTarget) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.router.Replace(Spec(Failover({"b"})));
  EXPECT_EQ(scene.router.Targets(scene.now).size(), 1U);
  scene.router.Replace(Spec(Failover({"a", "b"})));
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
}

TEST(ReplaceTest, CallsUnderWayEndOnTheTableTheyBeganOn) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  Call call = scene.Start();
  const std::shared_ptr<const Table> old = scene.router.table();
  std::vector<TableSpec::Node> many;
  for (int i = 0; i < 100; ++i) many.push_back(LeafOf("new" + std::to_string(i)));
  many.push_back(LeafOf("a"));
  scene.router.Replace(Spec(Failover(std::move(many))));
  EXPECT_NE(scene.router.table(), old);
  EXPECT_EQ(call.Fail(Http503()), "b");
  EXPECT_EQ(call.Ok(), "SERVED");
  EXPECT_EQ(call.report().table, old);
  EXPECT_EQ(call.report().route->settings.health.suspend_duration, seconds(30));
  // What it found out is known under the new table.
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
}

TEST(ReplaceTest, AProbeOnTheOldTableStillCountsOnTheNew) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  Call probe = scene.Start();
  ASSERT_EQ(probe.step(), "a (probe)");
  scene.router.Replace(Spec(Failover({"b", "a"})));
  EXPECT_EQ(scene.StateOf("a"), TargetState::kProbing);
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST(ReplaceTest, TurnsOfAStrategyThatStaysTheSameGoOn) {
  const TableSpec::Node round_robin = RoundRobin({"a", "b", "c"});
  Scene scene(Spec(round_robin));
  ASSERT_EQ(scene.Turns(2), "a b");
  // Settings and other policies have no bearing on it.
  TableSpec spec = Spec(round_robin, Remembering(seconds(30)));
  spec.policies.insert(spec.policies.begin(), Spec(Weighted({2, 1})).policies.front());
  spec.policies.front().name = spec.policies.front().model = "claude";
  scene.router.Replace(spec);
  EXPECT_EQ(scene.Turns(2), "c a");
  Call claude = scene.Start(kNever, "claude");
  ASSERT_EQ(claude.step(), "a");
  scene.router.Replace(spec);
  EXPECT_EQ(scene.Start(kNever, "claude").step(), "b");
  EXPECT_EQ(scene.Turns(1), "b");
}

TEST(ReplaceTest, AThousandReloadsTakeNoTurn) {
  const TableSpec spec = Spec(Weighted({5, 1, 1}));
  Scene scene(spec);
  std::string firsts;
  for (int i = 0; i < 1001; ++i) {
    scene.router.Replace(spec);
    firsts = scene.Turns(1) + firsts.substr(0, 6);
  }
  EXPECT_EQ(firsts, "aacabaa") << "the last seven, latest first";
}

TEST(ReplaceTest, AStrategyThatChangesStartsAfresh) {
  const TableSpec::Node changed[] = {
      RoundRobin({"a", "b"}),
      RoundRobin({"a", "b", "c", "d"}),
      RoundRobin({"a", "c", "b"}),
      Weighted({1, 1, 1}),
      RoundRobin({LeafOf("a"), LeafOf("b"), Path("/elsewhere", LeafOf("c"))}),
      RoundRobin({LeafOf("a"), LeafOf("b"), LeafOf("c", "other")}),
      RoundRobin({LeafOf("a"), LeafOf("b"), Failover({"c"})}),
  };
  for (const TableSpec::Node& root : changed) {
    Scene scene(Spec(RoundRobin({"a", "b", "c"})));
    ASSERT_EQ(scene.Turns(1), "a");
    scene.router.Replace(Spec(root));
    EXPECT_EQ(scene.Turns(1), "a");
  }
  Scene scene(Spec(Weighted({5, 1})));
  ASSERT_EQ(scene.Turns(3), "a a a");
  scene.router.Replace(Spec(Weighted({5, 2})));
  EXPECT_EQ(scene.Turns(7), "a b a a a b a");
}

TEST(ReplaceTest, ANestedStrategysTurnOutlivesAnotherShareForIt) {
  const auto root = [](std::uint32_t share) {
    return Weighted({Share(share, RoundRobin({"a", "b"})), Share(1, LeafOf("c"))});
  };
  Scene scene(Spec(root(1)));
  ASSERT_EQ(scene.Turns(1), "a");
  scene.router.Replace(Spec(root(2)));
  EXPECT_EQ(scene.Turns(3), "b c a")
      << "the shares begin afresh, whose turn it is within one of them does not";
}

TEST(ReplaceTest, APolicyUnderAnotherNameStartsAfresh) {
  TableSpec spec = Spec(RoundRobin({"a", "b"}), Budget(0, 1));
  Scene scene(spec);
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  spec.policies.front().name = "renamed";
  scene.router.Replace(spec);
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
}

TEST(ReplaceTest, ACallUnderWayKeepsItsTurnAndItsOrder) {
  Scene scene(Spec(RoundRobin({"a", "b", "c"})));
  ASSERT_EQ(scene.Turns(1), "a");
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "b");
  scene.router.Replace(Spec(RoundRobin({"z", "y"})));
  EXPECT_EQ(call.Fail(Http503()), "c");
  EXPECT_EQ(call.Fail(Http503()), "a");
  EXPECT_EQ(scene.Turns(2), "z y");
}

TEST(ReplaceTest, AnOutageGoesOnAndEndsOnTheNewTable) {
  const TableSpec::Node all = Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z"), LeafOf("o")});
  Scene scene(Spec(all, Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o SERVED");
  scene.router.Replace(
      Spec(Failover({LeafOf("e", "z"), LeafOf("e", "x"), LeafOf("o")}), Remembering(seconds(30))));
  EXPECT_TRUE(scene.View("e", "z").with_endpoint);
  EXPECT_EQ(scene.Turns(1), "o");
  scene.Pass(seconds(30));
  scene.router.Suspend("e", "z", kNever, scene.now);
  EXPECT_EQ(scene.Turns(1), "e/x (probe)");
}

}  // namespace
}  // namespace spillway::router
