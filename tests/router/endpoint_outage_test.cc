// Failures of several models of one endpoint are the endpoint's: who goes out, and why. How they come back:
// endpoint_return_test.cc.
#include "router/endpoint_outage.h"

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Premise: failover of x, y and z at endpoint e, then of o at another; failures remembered for 30 s.
class EndpointOutageTest : public testing::Test {
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

TEST_F(EndpointOutageTest, TwoModelsThatFailTakeTheOthersOutWithThem) {
  BreakDown();
  const HealthView z = scene.View("e", "z");
  EXPECT_EQ(z.state, TargetState::kSuspended);
  EXPECT_TRUE(z.with_endpoint);
  EXPECT_FALSE(z.by_hand);
  EXPECT_EQ(z.failure, Failure::kOverloaded);
  EXPECT_EQ(z.until, scene.now + seconds(30));
  for (const char* model : {"x", "y"}) EXPECT_FALSE(scene.View("e", model).with_endpoint);
  EXPECT_EQ(scene.View("o", "z").state, TargetState::kAvailable);
}

TEST_F(EndpointOutageTest, OneModelAloneMayBeTheModelsOwnTrouble) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "e/x e/y SERVED");
  for (int i = 0; i < 5; ++i) {
    scene.now = scene.View("e", "x").until;
    ASSERT_EQ(scene.Play({Http503(), kOk}), "e/x (probe) e/y SERVED");
  }
  EXPECT_EQ(StateOf("z"), TargetState::kAvailable);
}

struct BlameRow {
  Failure failure;
  bool may_be_the_endpoints;
};

TEST_F(EndpointOutageTest, OnlyFailuresThatMayBeTheEndpointsAddUp) {
  const BlameRow rows[] = {
      {Failure::kConnect, true},        {Failure::kTimeout, true},      {Failure::kFirstTokenTimeout, true},
      {Failure::kQuotaExhausted, true}, {Failure::kOverloaded, true},   {Failure::kServerError, true},
      {Failure::kCredentials, true},    {Failure::kStalled, false},     {Failure::kTruncated, false},
      {Failure::kMalformed, false},     {Failure::kRateLimited, false}, {Failure::kModelNotFound, false},
  };
  for (const BlameRow& row : rows) {
    const char* name = TraitsOf(row.failure).name.data();
    {
      Scene both(Route());
      EXPECT_EQ(both.Play({Fail(row.failure), Fail(row.failure)}),
                row.may_be_the_endpoints ? "e/x e/y o/z" : "e/x e/y e/z")
          << name;
    }
    // A rate limit or an unknown model beside it is no second witness.
    Scene mixed(Route());
    EXPECT_EQ(mixed.Play({Fail(row.failure), Http429()}), "e/x e/y e/z") << name;
    Scene reversed(Route());
    EXPECT_EQ(reversed.Play({Fail(Failure::kModelNotFound, 404), Fail(row.failure)}), "e/x e/y e/z") << name;
  }
}

TEST_F(EndpointOutageTest, TwoWaysToTheSameModelAreOneWitness) {
  scene.router.Replace(Spec(
      Failover({LeafOf("e", "x"), Path("/elsewhere", LeafOf("e", "x")), LeafOf("e", "y"), LeafOf("o", "z")}),
      Remembering(seconds(30))));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "e/x e/y SERVED");
}

TEST_F(EndpointOutageTest, TheSameModelsOfTwoEndpointsAreNotOneEndpoint) {
  scene.router.Replace(
      Spec(Failover({LeafOf("e", "x"), LeafOf("o", "y"), LeafOf("e", "z")}), Remembering(seconds(30))));
  EXPECT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x o/y e/z SERVED");
}

TEST_F(EndpointOutageTest, AFailureCountsAsLongAsItsSuspensionLasts) {
  for (const Duration later : {Duration(seconds(30)) - nanoseconds(1), Duration(seconds(30))}) {
    Scene fresh(Route());
    Call call = fresh.Start();
    ASSERT_EQ(call.Fail(Http503()), "e/y");
    fresh.Pass(later);
    EXPECT_EQ(call.Fail(Http503()), later < seconds(30) ? "o/z" : "e/z");
  }
}

TEST_F(EndpointOutageTest, FailuresThatSuspendNobodyDoNotAddUp) {
  Settings settings = Remembering(seconds(30));
  settings.health.max_fails = 2;
  Scene patient(Route(settings));
  EXPECT_EQ(patient.Play({Http503(), Http503(), kOk}), "e/x e/y e/z SERVED");
  EXPECT_EQ(patient.Play({Http503(), Http503(), kOk}), "e/x e/y o/z SERVED");
  Scene forgetful(Route(Settings()));
  EXPECT_EQ(forgetful.Play({Http503(), Http503(), kOk}), "e/x e/y e/z SERVED");
}

TEST_F(EndpointOutageTest, AnOperatorsSuspensionIsNoWitness) {
  scene.router.Suspend("e", "x", kNever, scene.now);
  EXPECT_EQ(scene.Play({Http503(), kOk}), "e/y e/z SERVED");
}

TEST_F(EndpointOutageTest, NorIsOneThatOnlyWentWithTheOthers) {
  BreakDown();
  scene.router.Resume("e", "x", scene.now);
  scene.router.Resume("e", "y", scene.now);
  ASSERT_TRUE(scene.View("e", "z").with_endpoint);
  EXPECT_EQ(scene.Play({Http503(), kOk}), "e/x e/y SERVED") << "x is the only witness";
  EXPECT_EQ(StateOf("y"), TargetState::kAvailable);
}

TEST_F(EndpointOutageTest, AModelThatWasSuspendedForItselfKeepsItsOwnEnd) {
  scene.router.Replace(
      Spec(Failover({LeafOf("e", "z"), LeafOf("e", "x"), LeafOf("e", "y"), LeafOf("o", "z")}),
           Remembering(seconds(30))));
  ASSERT_EQ(scene.Play({Http429(minutes(2)), Http503(), Http503(), kOk}), "e/z e/x e/y o/z SERVED");
  EXPECT_EQ(scene.View("e", "z").until, scene.now + minutes(2));
  EXPECT_FALSE(scene.View("e", "z").with_endpoint);
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({kOk}), "e/x (probe) SERVED");
  EXPECT_EQ(StateOf("z"), TargetState::kSuspended);
}

TEST_F(EndpointOutageTest, CallsOfAPolicyWithoutMemoryStayAwayToo) {
  TableSpec spec = Route();
  spec.policies.push_back(Spec(Failover({LeafOf("e", "z"), LeafOf("o", "z")})).policies.front());
  spec.policies.back().name = spec.policies.back().model = "forgetful";
  scene.router.Replace(spec);
  BreakDown();
  EXPECT_EQ(scene.Start(kNever, "forgetful").step(), "o/z");
  scene.Pass(seconds(30));
  Call probe = scene.Start(kNever, "forgetful");
  ASSERT_EQ(probe.step(), "e/z (probe)");
  EXPECT_EQ(probe.Fail(Http503()), "o/z");
  EXPECT_EQ(scene.View("e", "z").until, scene.now + seconds(60))
      << "by the rules of the policy that remembers";
}

TEST_F(EndpointOutageTest, WhatNoPolicyNamesStaysAwayFromThePrimaryEndpointToo) {
  TableSpec spec = Route();
  spec.primaries.push_back({Environment::kProduction, {"provider", "e", ""}});
  scene.router.Replace(spec);
  ASSERT_EQ(scene.Play({Http503(), Http503(), kOk}), "e/x e/y o/z SERVED");
  EXPECT_EQ(scene.Start(kNever, "unknown").step(), "ALL_TARGETS_SUSPENDED");
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Play({kOk}), "e/x (probe) SERVED");
  EXPECT_EQ(scene.Start(kNever, "unknown").step(), "e");
}

}  // namespace
}  // namespace spillway::router
