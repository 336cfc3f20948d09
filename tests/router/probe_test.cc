// Half-open: one call finds out whether a suspended target is back, the rest stay away.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Premise: failover a, b; a is suspended for 30 s and due.
class ProbeTest : public testing::Test {
 protected:
  explicit ProbeTest(Settings settings = Remembering(seconds(30)))
      : scene(Spec(Failover({"a", "b"}), settings)) {
    EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
    scene.Pass(seconds(30));
    scene.Transitions();
  }
  Scene scene;
};

TEST_F(ProbeTest, ExactlyOneCallProbes) {
  Call probe = scene.Start();
  EXPECT_EQ(probe.step(), "a (probe)");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(scene.Start().step(), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kProbing);
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.Start().step(), "a");
  EXPECT_EQ(scene.Start().step(), "a");
  EXPECT_EQ(scene.Transitions(), "a probing, a available");
}

TEST_F(ProbeTest, AFailedProbeSpillsAndDoublesTheSuspension) {
  Call probe = scene.Start();
  EXPECT_EQ(probe.Fail(Http503()), "b");
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(scene.Left("a"), seconds(60));
  EXPECT_EQ(scene.Transitions(), "a probing, a suspended");
}

TEST_F(ProbeTest, AProbeThatIsCancelledLeavesItToTheNextCallAtOnce) {
  Call probe = scene.Start();
  EXPECT_EQ(probe.Cancel(), "CANCELLED");
  EXPECT_EQ(scene.Left("a"), seconds(0));
  EXPECT_EQ(scene.View("a").failure, Failure::kOverloaded);
  EXPECT_EQ(scene.Start().step(), "a (probe)");
  EXPECT_EQ(scene.Start().step(), "b");
}

TEST_F(ProbeTest, AProbeThatSaysNothingAboutTheTargetLeavesItToTheNextCall) {
  for (const Failure failure : {Failure::kInvalidRequest, Failure::kContentFilter, Failure::kDeadline}) {
    Call probe = scene.Start();
    EXPECT_EQ(probe.step(), "a (probe)");
    probe.Fail(Fail(failure, 400));
    EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
    EXPECT_EQ(scene.View("a").suspensions_in_a_row, 1U);
  }
  EXPECT_EQ(scene.Play({kOk}), "a (probe) SERVED");
}

TEST_F(ProbeTest, ALostProbeFreesItself) {
  Call lost = scene.Start();
  ASSERT_EQ(lost.step(), "a (probe)");
  scene.now = lost.attempt().deadline;
  EXPECT_EQ(scene.Start().step(), "b") << "it may just have been reported";
  scene.Pass(seconds(1) - nanoseconds(1));
  EXPECT_EQ(scene.Start().step(), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kProbing);
  scene.Pass(nanoseconds(1));
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(scene.Start().step(), "a (probe)");
  EXPECT_EQ(scene.Start().step(), "b");
}

TEST_F(ProbeTest, ALostProbeThatComesBackLateIsNotHeard) {
  Call lost = scene.Start();
  Call lost_too = scene.Start();
  ASSERT_EQ(lost_too.step(), "b");
  scene.now = lost.attempt().deadline + seconds(1);
  Call probe = scene.Start();
  ASSERT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(lost.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kProbing);
  EXPECT_EQ(probe.Fail(Http503()), "b");
  EXPECT_EQ(scene.Left("a"), seconds(60));
}

TEST_F(ProbeTest, ALateProbeNobodyReplacedIsStillHeard) {
  Call late = scene.Start();
  scene.now = late.attempt().deadline + minutes(1);
  EXPECT_EQ(late.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST_F(ProbeTest, AProbeIsNeverTriedAgainAtTheSameTarget) {
  EXPECT_EQ(scene.Play({Http500(), kOk}), "a (probe) b SERVED");
  scene.now = scene.View("a").until;
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a (probe) b SERVED");
}

TEST_F(ProbeTest, NotEvenWhenAnOperatorResumedTheTargetMeanwhile) {
  for (const FailedAttempt& failed : {Http500(), Reset()}) {
    Call probe = scene.Start();
    ASSERT_EQ(probe.step(), "a (probe)");
    scene.router.Resume("a", "m", scene.now);
    EXPECT_EQ(probe.Fail(failed), "b");
    scene.router.Suspend("a", "m", scene.now, scene.now);
  }
}

TEST_F(ProbeTest, ACallWithALittleTimeLeftHoldsTheProbeNoLongerThanThat) {
  Call probe = scene.Start(scene.now + milliseconds(10));
  ASSERT_EQ(probe.step(), "a (probe)");
  scene.Pass(milliseconds(10) + seconds(1));
  EXPECT_EQ(scene.Start().step(), "a (probe)");
}

TEST_F(ProbeTest, AnOperatorsWordOverridesAProbeUnderWay) {
  Call probe = scene.Start();
  ASSERT_TRUE(scene.router.Suspend("a", "m", kNever, scene.now));
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  ASSERT_TRUE(scene.router.Resume("a", "m", scene.now));
  EXPECT_EQ(scene.Start().step(), "a");
}

class ProbeWithMaxFailsTest : public ProbeTest {
 protected:
  static Settings TwoFails() {
    Settings settings = Remembering(seconds(30));
    settings.health.max_fails = 2;
    return settings;
  }
  // The fixture's one failure is only half of what suspends.
  ProbeWithMaxFailsTest() : ProbeTest(TwoFails()) {
    EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
    scene.Pass(seconds(30));
  }
};

TEST_F(ProbeWithMaxFailsTest, OneFailureOfTheProbeIsEnough) {
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a (probe) b SERVED");
  EXPECT_EQ(scene.Left("a"), seconds(60));
}

// Premise: two policies share target a; "gpt" remembers, "forgetful" does not.
class SharedProbeTest : public testing::Test {
 protected:
  static TableSpec Both() {
    TableSpec spec = Spec(Failover({"a", "b"}), Remembering(seconds(30)));
    spec.policies.push_back(spec.policies.front());
    spec.policies.back().name = spec.policies.back().model = "forgetful";
    spec.policies.back().settings = Settings();
    return spec;
  }
  Scene scene{Both()};
};

TEST_F(SharedProbeTest, AProbeOfAPolicyWithoutMemoryKeepsToTheRulesThatSuspended) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  Call probe = scene.Start(kNever, "forgetful");
  ASSERT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(probe.Fail(Http503()), "b");
  EXPECT_EQ(scene.Left("a"), seconds(60));
}

TEST_F(SharedProbeTest, WithoutMemoryAFailedProbeDoesNotProlongAnOperatorsSuspension) {
  scene.router.Suspend("a", "m", scene.now + minutes(1), scene.now);
  EXPECT_EQ(scene.Start(kNever, "forgetful").step(), "b");
  scene.Pass(minutes(1));
  scene.Transitions();
  Call probe = scene.Start(kNever, "forgetful");
  ASSERT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(probe.Fail(Http429(minutes(5))), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
  EXPECT_EQ(scene.Transitions(), "a probing, a available");
}

TEST_F(SharedProbeTest, RulesOfASuspensionThatIsOverDoNotHaunt) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({kOk}), "a (probe) SERVED");
  scene.router.Suspend("a", "m", scene.now + minutes(1), scene.now);
  scene.Pass(minutes(1));
  Call probe = scene.Start(kNever, "forgetful");
  EXPECT_EQ(probe.Fail(Http429(minutes(5))), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST_F(SharedProbeTest, AnOperatorsSuspensionReplacesTheOneItFinds) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.router.Suspend("a", "m", scene.now + seconds(1), scene.now);
  scene.Pass(seconds(1));
  Call probe = scene.Start(kNever, "forgetful");
  ASSERT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(probe.Fail(Http503()), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST_F(SharedProbeTest, AfterAnOperatorsSuspensionAFailedProbeOfAPolicyWithMemorySuspends) {
  scene.router.Suspend("a", "m", scene.now + minutes(1), scene.now);
  scene.Pass(minutes(1));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a (probe) b SERVED");
  EXPECT_EQ(scene.Left("a"), seconds(30));
  EXPECT_FALSE(scene.View("a").by_hand);
}

}  // namespace
}  // namespace spillway::router
