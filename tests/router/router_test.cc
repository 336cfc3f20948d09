// The router as a whole: an operator's hand, transitions. A new table: replace_test.cc; Explain:
// explain_test.cc.
#include "router/router.h"

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

TEST(OperatorTest, ASuspendedTargetIsLeftOutUntilItsInstantThenProbed) {
  Scene scene(Spec(Failover({"a", "b"})));
  ASSERT_TRUE(scene.router.Suspend("a", "m", scene.now + minutes(1), scene.now));
  EXPECT_EQ(scene.Play({kOk}), "b SERVED");
  scene.Pass(minutes(1));
  EXPECT_EQ(scene.Play({kOk}), "a (probe) SERVED");
}

TEST(OperatorTest, ResumeLetsEverybodyInAtOnceWithoutAProbe) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(minutes(5))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  ASSERT_TRUE(scene.router.Resume("a", "m", scene.now));
  EXPECT_EQ(scene.Start().step(), "a");
  EXPECT_EQ(scene.Start().step(), "a");
}

TEST(OperatorTest, AnOperatorOverridesASuspensionEitherWay) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(minutes(5))));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  ASSERT_TRUE(scene.router.Suspend("a", "m", scene.now + seconds(1), scene.now));
  EXPECT_EQ(scene.Left("a"), seconds(1));
  EXPECT_TRUE(scene.View("a").by_hand);
}

TEST(OperatorTest, OnlyTargetsOfTheTableInForceCanBeNamed) {
  Scene scene(Spec(Failover({"a", "b"})));
  EXPECT_FALSE(scene.router.Suspend("a", "other", kNever, scene.now));
  EXPECT_FALSE(scene.router.Suspend("c", "m", kNever, scene.now));
  EXPECT_FALSE(scene.router.Resume("", "", scene.now));
  EXPECT_FALSE(scene.router.has_transitions());
  scene.router.Replace(Spec(Failover({"b"})));
  EXPECT_FALSE(scene.router.Suspend("a", "m", kNever, scene.now));
  EXPECT_TRUE(scene.router.Suspend("b", "m", kNever, scene.now));
}

TEST(SharedTargetTest, PoliciesThatNameTheSameTargetShareItsHealth) {
  TableSpec spec = Spec(Failover({"a", "b"}), Remembering(seconds(30)));
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().model = "claude";
  spec.policies.back().root = Failover({"c", "a", "b"});
  Scene scene(spec);
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  Call call = scene.Start(kNever, "claude");
  EXPECT_EQ(call.step(), "c");
  EXPECT_EQ(call.Fail(Http503()), "b");
}

TEST(TargetsTest, EachIsListedOnceInTheOrderOfConfiguration) {
  TableSpec spec = Spec(Failover({"b", "a", "b"}));
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().model = "claude";
  spec.policies.back().root = Failover({"c", "a"});
  spec.primaries.push_back({Environment::kSandbox, {"provider", "default", ""}});
  Scene scene(spec);
  std::string names;
  for (const TargetStatus& target : scene.router.Targets(scene.now)) names += target.name.endpoint + " ";
  EXPECT_EQ(names, "b a c default ");
}

TEST(TransitionsTest, AreReportedOnceAndInOrder) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  EXPECT_FALSE(scene.router.has_transitions());
  scene.Play({Http503(), Http503()});
  EXPECT_TRUE(scene.router.has_transitions());
  EXPECT_EQ(scene.Transitions(), "a suspended, b suspended");
  EXPECT_FALSE(scene.router.has_transitions());
  EXPECT_EQ(scene.Transitions(), "");
  scene.Pass(seconds(30));
  scene.Play({kOk});
  EXPECT_EQ(scene.Transitions(), "a probing, a available");
  scene.router.Suspend("a", "m", kNever, scene.now);
  scene.router.Resume("a", "m", scene.now);
  EXPECT_EQ(scene.Transitions(), "a suspended, a available");
}

TEST(TransitionsTest, CarryTheFailureAndTheEnd) {
  Scene scene(Spec(Failover({"a", "b"}), Remembering(seconds(30))));
  scene.Play({Http429(minutes(1)), kOk});
  const std::vector<Transition> transitions = scene.router.TakeTransitions();
  ASSERT_EQ(transitions.size(), 1U);
  EXPECT_EQ(transitions[0].name.model, "m");
  EXPECT_EQ(transitions[0].now.failure, Failure::kRateLimited);
  EXPECT_EQ(transitions[0].now.until, kStart + minutes(1));
  EXPECT_FALSE(transitions[0].now.by_hand);
}

TEST(TransitionsTest, ResumingATargetThatIsAvailableIsNone) {
  Scene scene(Spec(Failover({"a", "b"})));
  EXPECT_TRUE(scene.router.Resume("a", "m", scene.now));
  EXPECT_EQ(scene.Transitions(), "");
}

TEST(SeedTest, TheSameSeedAndTheSameCallsGiveTheSameDecisions) {
  const auto pause = [](std::uint64_t seed) {
    Scene scene(Spec(Failover({"a"})), seed);
    scene.Play({Http500(), kOk});
    return scene.now - kStart;
  };
  EXPECT_EQ(pause(1), pause(1));
  EXPECT_NE(pause(1), pause(2));
}

}  // namespace
}  // namespace spillway::router
