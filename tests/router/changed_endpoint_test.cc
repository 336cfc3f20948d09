// An endpoint whose URL, key or authorities are others than before: what its targets are out for may be over.
#include "gtest/gtest.h"
#include "router/router.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

FailedAttempt Http401() { return Fail(Failure::kCredentials, 401); }

// Premise: failover a, b; a is suspended since its key was refused.
class ChangedEndpointTest : public testing::Test {
 protected:
  ChangedEndpointTest() { EXPECT_EQ(scene.Play({Http401(), kOk}), "a b SERVED"); }
  void Change(std::string_view endpoint) { scene.router.Reconsider(endpoint, scene.now); }

  Scene scene{Spec(Failover({"a", "b"}), Remembering(seconds(30)))};
};

TEST_F(ChangedEndpointTest, TheNextCallFindsOutAndOthersStayAway) {
  ASSERT_EQ(scene.Play({kOk}), "b SERVED");
  scene.Transitions();
  Change("a");
  EXPECT_EQ(scene.Left("a"), seconds(0));
  EXPECT_EQ(scene.View("a").failure, Failure::kCredentials) << "until then it is out for what it was";
  Call probe = scene.Start();
  EXPECT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(scene.Start().step(), "b");
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.Transitions(), "a suspended, a probing, a available");
}

TEST_F(ChangedEndpointTest, AChangeForTheWorseSuspendsItAsTheFirstTime) {
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({Http401(), kOk}), "a (probe) b SERVED");
  ASSERT_EQ(scene.Left("a"), seconds(60));
  Change("a");
  EXPECT_EQ(scene.Play({Http401(), kOk}), "a (probe) b SERVED");
  EXPECT_EQ(scene.Left("a"), seconds(30));
}

TEST_F(ChangedEndpointTest, AProbeOfTheFormerOneIsNotHeard) {
  scene.Pass(seconds(30));
  Call former = scene.Start();
  ASSERT_EQ(former.step(), "a (probe)");
  Change("a");
  Call probe = scene.Start();
  EXPECT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(former.Fail(Http401()), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kProbing);
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kAvailable);
}

TEST_F(ChangedEndpointTest, OtherEndpointsAreLeftAsTheyAre) {
  Change("b");
  Change("nobody");
  EXPECT_EQ(scene.Left("a"), seconds(30));
  EXPECT_EQ(scene.StateOf("b"), TargetState::kAvailable);
}

TEST_F(ChangedEndpointTest, WhatIsTheModelsOwnLasts) {
  ASSERT_TRUE(scene.router.Resume("a", "m", scene.now));
  ASSERT_EQ(scene.Play({Http429(), kOk}), "a b SERVED");
  Change("a");
  EXPECT_EQ(scene.Left("a"), seconds(30));
}

TEST_F(ChangedEndpointTest, SoDoesASuspensionByHand) {
  ASSERT_TRUE(scene.router.Suspend("a", "m", kNever, scene.now));
  Change("a");
  EXPECT_EQ(scene.View("a").until, kNever);
  EXPECT_EQ(scene.Play({kOk}), "b SERVED");
}

TEST_F(ChangedEndpointTest, TheModelsThatWentOutWithItComeBackWithTheFirst) {
  Scene wide(Spec(Failover({LeafOf("a", "1"), LeafOf("a", "2"), LeafOf("a", "3"), LeafOf("b")}),
                  Remembering(seconds(30))));
  wide.Play({Http401(), Http401(), kOk});
  ASSERT_TRUE(wide.View("a", "3").with_endpoint);
  wide.router.Reconsider("a", wide.now);
  Call probe = wide.Start();
  EXPECT_EQ(probe.step(), "a/1 (probe)");
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(wide.View("a", "3").state, TargetState::kAvailable);
  EXPECT_EQ(wide.View("a", "2").state, TargetState::kSuspended)
      << "suspended for itself, found out for itself";
  EXPECT_EQ(wide.View("a", "2").until, wide.now);
}

}  // namespace
}  // namespace spillway::router
