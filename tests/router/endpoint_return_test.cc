// How an endpoint's outage ends: by the first of its models that answers.
#include "router/endpoint_outage.h"

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Premise: failover of x, y and z at endpoint e, then of o at another; failures remembered for 30 s.
class EndpointReturnTest : public testing::Test {
 protected:
  static TableSpec Route(Settings settings = Remembering(seconds(30))) {
    return Spec(Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z"), LeafOf("o", "z")}), settings);
  }
  TargetState StateOf(const char* model) const { return scene.View("e", model).state; }
  // x and y have failed, z went with them.
  void BreakDown() {
    ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o/z SERVED");
    ASSERT_EQ(scene.Transitions(), "e/x suspended, e/y suspended, e/z suspended");
  }
  Scene scene{Route()};
};

TEST_F(EndpointReturnTest, TheFirstThatIsBackBringsBackThoseThatWentWithItAndNoOther) {
  BreakDown();
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({kOk}), "e/x (probe) SERVED");
  EXPECT_EQ(scene.Transitions(), "e/x probing, e/x available, e/z available");
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
  EXPECT_FALSE(scene.View("e", "z").with_endpoint);
  EXPECT_FALSE(scene.View("e", "z").failure);
  EXPECT_EQ(StateOf("y"), TargetState::kSuspended) << "it was suspended for itself, and is due for a probe";
}

TEST_F(EndpointReturnTest, OneThatOnlyWentWithThemMayBeTheFirstToBeBack) {
  scene.router.Replace(
      Spec(Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z"), LeafOf("e", "v"), LeafOf("o")}),
           Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http429(minutes(2)), kOk}), "e/x e/y SERVED");
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/y e/z o SERVED");
  ASSERT_TRUE(scene.View("e", "v").with_endpoint);
  scene.router.Suspend("e", "y", kNever, scene.now);
  scene.router.Suspend("e", "z", kNever, scene.now);
  scene.Transitions();
  scene.Pass(seconds(30));
  EXPECT_EQ(scene.Play({kOk}), "e/v (probe) SERVED");
  EXPECT_EQ(scene.Transitions(), "e/v probing, e/v available");
}

TEST_F(EndpointReturnTest, AnyModelThatAnswersProvesThatTheEndpointIsThere) {
  scene.router.Replace(
      Spec(Failover({LeafOf("e", "v"), LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z"), LeafOf("o")}),
           Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http429(), kOk}), "e/v e/x SERVED");
  scene.Pass(seconds(20));
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o SERVED");
  scene.Pass(seconds(10));
  ASSERT_EQ(scene.Play({kOk}), "e/v (probe) SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
}

TEST_F(EndpointReturnTest, AnAnswerToALastResortDoesSoToo) {
  scene.router.Replace(Spec(Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z")}),
                            LeastBad(Remembering(seconds(30)))));
  ASSERT_EQ(scene.Play({Http503(), Http503()}), "e/x e/y ALL_TARGETS_FAILED");
  ASSERT_EQ(scene.Play({kOk}), "e/x (last resort) SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
  EXPECT_EQ(StateOf("y"), TargetState::kSuspended);
}

TEST_F(EndpointReturnTest, AFailedProbeTakesThemOutForAsLongAsItself) {
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http503()), "e/y");
  scene.Pass(seconds(10));
  ASSERT_EQ(call.Fail(Http503()), "o/z");
  call.Ok();
  EXPECT_EQ(scene.View("e", "z").until, kStart + seconds(40));
  scene.now = kStart + seconds(30);
  scene.Transitions();
  ASSERT_EQ(scene.Play({Http503(), kOk}), "e/x (probe) o/z SERVED");
  EXPECT_EQ(scene.View("e", "x").until, kStart + seconds(90));
  EXPECT_EQ(scene.View("e", "z").until, kStart + seconds(90));
  EXPECT_TRUE(scene.View("e", "z").with_endpoint);
  EXPECT_EQ(scene.View("e", "y").until, kStart + seconds(40)) << "its suspension is its own";
}

TEST_F(EndpointReturnTest, AnExtensionNeverShortens) {
  Call call = scene.Start();
  ASSERT_EQ(call.Fail(Http503()), "e/y");
  ASSERT_EQ(call.Fail(Http503(minutes(5))), "o/z");
  call.Ok();
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "e/x (probe) o/z SERVED");
  EXPECT_EQ(scene.View("e", "x").until, scene.now + seconds(60));
  EXPECT_EQ(scene.View("e", "z").until, kStart + minutes(5));
}

TEST_F(EndpointReturnTest, WhenBothWitnessesFailAgainTheOthersNeedNotTry) {
  BreakDown();
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x (probe) e/y (probe) o/z SERVED");
  const HealthView z = scene.View("e", "z");
  EXPECT_EQ(z.until, scene.now + seconds(60));
  EXPECT_TRUE(z.with_endpoint);
}

TEST_F(EndpointReturnTest, OneWitnessThatFailsAgainAloneKeepsNobodyOut) {
  // y may be back by now; nobody has asked it yet.
  BreakDown();
  scene.Pass(seconds(30));
  Call first = scene.Start();
  ASSERT_EQ(first.step(), "e/x (probe)");
  ASSERT_EQ(first.Fail(Http503()), "e/y (probe)");
  EXPECT_EQ(scene.View("e", "z").until, scene.now) << "due, like y";
  EXPECT_EQ(first.Ok(), "SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
  EXPECT_EQ(StateOf("x"), TargetState::kSuspended);
}

TEST_F(EndpointReturnTest, TheDoublingOfOneThatWentWithThemGoesOnFromTheirs) {
  BreakDown();
  for (const char* model : {"x", "y"}) scene.router.Suspend("e", model, kNever, scene.now);
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({Http503(), kOk}), "e/z (probe) o/z SERVED");
  const HealthView z = scene.View("e", "z");
  EXPECT_EQ(z.until, scene.now + seconds(60));
  EXPECT_FALSE(z.with_endpoint);
  EXPECT_EQ(z.suspensions_in_a_row, 2U);
}

TEST_F(EndpointReturnTest, AnOperatorsSuspensionIsNeitherReplacedNorLifted) {
  scene.router.Suspend("e", "z", kNever, scene.now);
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o/z SERVED");
  EXPECT_TRUE(scene.View("e", "z").by_hand);
  EXPECT_EQ(scene.View("e", "z").until, kNever);
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({kOk}), "e/x (probe) SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kSuspended);
}

TEST_F(EndpointReturnTest, NorIsOneThatTheOperatorGivesDuringTheOutage) {
  BreakDown();
  scene.router.Suspend("e", "z", kNever, scene.now);
  EXPECT_FALSE(scene.View("e", "z").with_endpoint);
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({kOk}), "e/x (probe) SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kSuspended);
}

TEST_F(EndpointReturnTest, ResumedByHandOneIsBackAlone) {
  scene.router.Replace(
      Spec(Failover({LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("e", "z"), LeafOf("e", "v"), LeafOf("o")}),
           Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o SERVED");
  scene.router.Resume("e", "z", scene.now);
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
  EXPECT_EQ(StateOf("v"), TargetState::kSuspended);
}

TEST_F(EndpointReturnTest, AnAnswerFromBeforeTheOutageDoesNotEndIt) {
  for (const char* model : {"x", "y"}) scene.router.Suspend("e", model, kNever, scene.now);
  Call slow = scene.Start();
  ASSERT_EQ(slow.step(), "e/z");
  for (const char* model : {"x", "y"}) scene.router.Resume("e", model, scene.now);
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o/z SERVED");
  EXPECT_EQ(slow.Ok(), "SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kSuspended);
  EXPECT_EQ(scene.View("e", "z").in_flight, 0U);
}

TEST_F(EndpointReturnTest, EachThatIsDueIsProbedByItsOwnCallUntilOneIsBack) {
  BreakDown();
  scene.Pass(seconds(30));
  Call first = scene.Start();
  Call second = scene.Start();
  Call third = scene.Start();
  ASSERT_EQ(first.step() + ", " + second.step() + ", " + third.step(),
            "e/x (probe), e/y (probe), e/z (probe)");
  EXPECT_EQ(second.Ok(), "SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable) << "nobody need wait for its probe";
  EXPECT_EQ(StateOf("x"), TargetState::kProbing);
  // What became of the probe of z is of no interest any more.
  third.Fail(Http503());
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
}

// Premise: a policy "forgetful" of v alone, which remembers nothing.
TEST_F(EndpointReturnTest, AFailureThatNobodyRemembersDoesNotProveThatTheEndpointIsThere) {
  TableSpec spec = Route();
  spec.policies.push_back(Spec(Failover({LeafOf("e", "v")})).policies.front());
  spec.policies.back().name = spec.policies.back().model = "forgetful";
  scene.router.Replace(spec);
  scene.router.Suspend("e", "v", scene.now + seconds(1), scene.now);
  scene.Transitions();
  BreakDown();
  scene.Pass(seconds(1));
  Call probe = scene.Start(kNever, "forgetful");
  ASSERT_EQ(probe.step(), "e/v (probe)");
  EXPECT_EQ(probe.Fail(Http503()), "ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.View("e", "v").state, TargetState::kAvailable) << "the operator's time is over";
  EXPECT_EQ(StateOf("z"), TargetState::kSuspended);
}

}  // namespace
}  // namespace spillway::router
