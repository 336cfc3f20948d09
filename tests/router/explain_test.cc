// What a call would do, and why.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

TEST(ExplainTest, HealthyTargetsAreListedInTheOrderTheyWouldBeTried) {
  Scene scene(Spec(Failover({LeafOf("a"), Failover({"b", "c"})})));
  EXPECT_EQ(scene.Explained(),
            "a: first choice; b: next, if those before it fail; c: next, if those before it fail");
}

TEST(ExplainTest, ThoseThatWouldNotBeTriedComeAfterThoseThatWould) {
  Scene scene(Spec(Failover({"a", "b", "c"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.router.Suspend("b", "m", kNever, scene.now);
  EXPECT_EQ(scene.Explained(), "c: first choice; -a: suspended; -b: suspended by hand");
  const auto explanation = scene.router.Explain("gpt", Environment::kProduction, scene.now);
  EXPECT_EQ(explanation->candidates[1].view.until, kStart + seconds(30));
  EXPECT_EQ(explanation->candidates[1].view.failure, Failure::kOverloaded);
}

TEST(ExplainTest, ATargetThatIsDueWouldBeProbed) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Explained(), "a: due back: the next call probes it; b: next, if those before it fail");
  ASSERT_EQ(scene.Start().step(), "a (probe)");
  EXPECT_EQ(scene.Explained(), "b: first choice; -a: another call is finding out whether it is back");
}

TEST(ExplainTest, RetriesLimitWhatWouldBeTried) {
  Settings settings = Remembering(seconds(30));
  settings.retries = 1;
  Scene scene(Spec(Failover({"a", "b", "c"}), settings));
  EXPECT_EQ(scene.Explained(),
            "a: first choice; b: next, if those before it fail; -c: beyond the policy's retries");
}

TEST(ExplainTest, ATargetThatIsDueMayBeBeyondTheRetriesToo) {
  Settings settings = Remembering(seconds(30));
  settings.retries = 0;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  scene.router.Suspend("b", "m", scene.now + seconds(30), scene.now);
  EXPECT_EQ(scene.Explained(), "a: first choice; -b: suspended by hand");
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Explained(), "a: first choice; -b: beyond the policy's retries");
}

TEST(ExplainTest, ALastResortIsCalledOne) {
  Settings settings = Remembering(seconds(30));
  settings.all_suspended = AllSuspended::kLeastBad;
  Scene scene(Spec(Failover({"a", "b"}), settings));
  ASSERT_EQ(scene.Play({Http429(minutes(1)), Http503()}), "a b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Explained(), "b: every target is suspended; this one is due back soonest; -a: suspended");
}

TEST(ExplainTest, WhenAllAreSuspendedNoneWouldBeTried) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http503()}), "a b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Explained(), "-a: suspended; -b: suspended");
}

TEST(ExplainTest, AModelWithNowhereToGoHasNoExplanation) {
  TableSpec spec = Spec(Failover({"a"}));
  Scene scene(spec);
  EXPECT_EQ(scene.Explained("unknown"), "nothing");
  spec.primaries.push_back({Environment::kProduction, {"provider", "default", ""}});
  scene.router.Replace(spec);
  EXPECT_EQ(scene.Explained("unknown"), "default: first choice");
}

TEST(ExplainTest, ChangesNothing) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  scene.Transitions();
  const std::string first = scene.Explained();
  EXPECT_EQ(scene.Explained(), first);
  EXPECT_FALSE(scene.router.has_transitions());
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  // The probe is still to be had.
  EXPECT_EQ(scene.Start().step(), "a (probe)");
}

TEST(ExplainTest, AStrategyThatTakesTurnsIsShownFromTheOneWhoseTurnItIs) {
  Scene scene(Spec(RoundRobin({"a", "b", "c"})));
  ASSERT_EQ(scene.Turns(1), "a");
  EXPECT_EQ(scene.Explained(),
            "b: first choice; c: next, if those before it fail; a: next, if those before it fail");
  Scene weighted(Spec(Weighted({5, 1, 1})));
  ASSERT_EQ(weighted.Turns(2), "a a");
  EXPECT_EQ(weighted.Explained(),
            "b: first choice; a: next, if those before it fail; c: next, if those before it fail");
}

TEST(ExplainTest, TakesNoTurn) {
  for (const TableSpec::Node& root : {RoundRobin({"a", "b", "c"}), Weighted({1, 1, 1}),
                                      RoundRobin({RoundRobin({"a", "b"}), LeafOf("c")})}) {
    Scene scene(Spec(root));
    Scene unexplained(Spec(root));
    for (int i = 0; i < 7; ++i) {
      scene.Explained();
      const std::string first = scene.Explained().substr(0, 1);
      const std::string turn = scene.Turns(1);
      EXPECT_EQ(first, turn) << "what is shown first is what a call tries first";
      EXPECT_EQ(turn, unexplained.Turns(1));
    }
  }
}

TEST(ExplainTest, PaysNothingOutOfTheBudgetAndSavesNothing) {
  Scene scene(Spec(Failover({"a", "b"}), Budget(50, 1)));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(scene.Explained(), "a: first choice; b: next, if those before it fail");
  }
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  for (int i = 0; i < 10; ++i) scene.Explained();
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Play({Http503()}), "a RETRY_BUDGET_SPENT") << "explaining put nothing aside";
}

TEST(ExplainTest, WhatTheBudgetDoesNotPayForIsBeyondIt) {
  Scene scene(Spec(Failover({"a", "b", "c"}), Budget(0, 1)));
  EXPECT_EQ(scene.Explained(),
            "a: first choice; b: next, if those before it fail; -c: beyond the policy's retry budget");
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Explained(),
            "a: first choice; -b: beyond the policy's retry budget; "
            "-c: beyond the policy's retry budget");
}

TEST(ExplainTest, LeavesAttemptsUnderWayAlone) {
  Scene scene(Spec(Failover({AtMost(2, LeafOf("a")), LeafOf("b")})));
  Call call = scene.Start();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(scene.Explained(), "a: first choice; b: next, if those before it fail");
  }
  EXPECT_EQ(scene.View("a").in_flight, 1U);
  EXPECT_EQ(scene.View("b").in_flight, 0U);
  call.Ok();
  EXPECT_EQ(scene.View("a").in_flight, 0U);
}

TEST(ExplainTest, OneThatIsFullIsPassedOver) {
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")})));
  Call call = scene.Start();
  EXPECT_EQ(scene.Explained(), "b: first choice; -a: as many calls as it may have at once");
  const auto explanation = scene.router.Explain("gpt", Environment::kProduction, scene.now);
  EXPECT_EQ(explanation->candidates[1].view.in_flight, 1U);
}

TEST(ExplainTest, OneThatWentWithItsEndpointSaysSo) {
  Scene scene(Spec(Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z"), LeafOf("o")}),
                   Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o SERVED");
  EXPECT_EQ(scene.Explained(),
            "o: first choice; -e/x: suspended; -e/y: suspended; "
            "-e/z: suspended: several models of its endpoint failed");
}

TEST(ExplainTest, ExplainingADeadEndpointBringsNothingBack) {
  Scene scene(
      Spec(Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z")}), Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http503()}), "e/x e/y ALL_TARGETS_FAILED");
  scene.Pass(seconds(30));
  scene.Transitions();
  const std::string all_due =
      "e/x: due back: the next call probes it; e/y: due back: the next call probes it; "
      "e/z: due back: the next call probes it";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(scene.Explained(), all_due);
  EXPECT_TRUE(scene.View("e", "z").with_endpoint);
  EXPECT_FALSE(scene.router.has_transitions());
}

TEST(ExplainTest, LargerWindowsAreNotPreferredUntilARequestIsTooLong) {
  Scene scene(Spec(Failover({Window(8, LeafOf("a")), Window(4, LeafOf("b"))})));
  EXPECT_EQ(scene.Explained(), "a: first choice; b: next, if those before it fail");
}

}  // namespace
}  // namespace spillway::router
