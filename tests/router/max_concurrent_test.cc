// How many attempts a target may have at once, and how each of them leaves again.
#include <functional>

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

TEST(MaxConcurrentTest, AtThatNumberTheTargetIsPassedOver) {
  Scene scene(Spec(Failover({AtMost(2, LeafOf("a")), LeafOf("b")})));
  Call first = scene.Start();
  Call second = scene.Start();
  Call third = scene.Start();
  EXPECT_EQ(first.step() + second.step() + third.step(), "aab");
  EXPECT_EQ(scene.View("a").in_flight, 2U);
  EXPECT_EQ(scene.View("b").in_flight, 1U);
  ASSERT_EQ(third.report().skipped.size(), 1U);
  EXPECT_EQ(third.report().skipped[0].reason, SkipReason::kSaturated);
  EXPECT_EQ(third.report().skipped[0].view.in_flight, 2U);
  EXPECT_EQ(third.report().skipped[0].view.state, TargetState::kAvailable);
  first.Ok();
  EXPECT_EQ(scene.Start().step(), "a");
}

TEST(MaxConcurrentTest, UnlessGivenThereIsNoLimit) {
  Scene scene(Spec(Failover({"a", "b"})));
  std::vector<Call> calls;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(calls.emplace_back(scene.Start()).step(), "a");
  EXPECT_EQ(scene.View("a").in_flight, 1000U);
}

struct EndRow {
  const char* premise;
  std::function<void(Scene&)> play;
};

// Premise: failover a (at most one at once), b; failures remembered for 30 s; least bad.
TEST(MaxConcurrentTest, HoweverAnAttemptEndsItsPlaceIsFree) {
  const auto suspend = [](Scene& scene) {
    ASSERT_EQ(scene.Play({Http503(), Http429(hours(1))}), "a b ALL_TARGETS_FAILED");
  };
  const EndRow rows[] = {
      {"success", [](Scene& scene) { scene.Start().Ok(); }},
      {"a failure that spills",
       [](Scene& scene) {
         EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
       }},
      {"a refusal",
       [](Scene& scene) {
         EXPECT_EQ(scene.Play({Fail(Failure::kInvalidRequest, 400)}), "a REFUSED_BY_PROVIDER");
       }},
      {"its own timeout", [](Scene& scene) { EXPECT_EQ(scene.Start().Fail(Fail(Failure::kTimeout)), "b"); }},
      {"the caller's deadline",
       [](Scene& scene) { EXPECT_EQ(scene.Start().Fail(Fail(Failure::kDeadline)), "DEADLINE_EXCEEDED"); }},
      {"the caller's cancel", [](Scene& scene) { EXPECT_EQ(scene.Start().Cancel(), "CANCELLED"); }},
      {"a cancel that the attempt reports",
       [](Scene& scene) { EXPECT_EQ(scene.Play({Fail(Failure::kCancelled)}), "a CANCELLED"); }},
      {"a reset, tried again",
       [](Scene& scene) {
         Call call = scene.Start();
         ASSERT_EQ(call.Fail(Reset()), "a");
         EXPECT_EQ(scene.View("a").in_flight, 1U);
         EXPECT_EQ(call.Ok(), "SERVED");
       }},
      {"a lone 500, tried again",
       [](Scene& scene) {
         EXPECT_EQ(scene.Play({Http500(), kOk}), "a sleep a SERVED");
       }},
      {"a lone 500, tried again in vain",
       [](Scene& scene) {
         EXPECT_EQ(scene.Play({Http500(), Http500()}), "a sleep a b");
       }},
      {"a cancel in the pause",
       [](Scene& scene) {
         Call call = scene.Start();
         ASSERT_EQ(call.Fail(Http500()), "sleep");
         EXPECT_EQ(call.Cancel(), "CANCELLED");
       }},
      {"a probe that succeeds",
       [&](Scene& scene) {
         suspend(scene);
         scene.Pass(seconds(30));
         EXPECT_EQ(scene.Play({kOk}), "a (probe) SERVED");
       }},
      {"a probe that fails",
       [&](Scene& scene) {
         suspend(scene);
         scene.Pass(seconds(30));
         EXPECT_EQ(scene.Play({Http503()}), "a (probe) ALL_TARGETS_FAILED");
       }},
      {"a probe that is cancelled",
       [&](Scene& scene) {
         suspend(scene);
         scene.Pass(seconds(30));
         EXPECT_EQ(scene.Start().Cancel(), "CANCELLED");
       }},
      {"a last resort that succeeds",
       [&](Scene& scene) {
         suspend(scene);
         EXPECT_EQ(scene.Play({kOk}), "a (last resort) SERVED");
       }},
      {"a last resort that fails",
       [&](Scene& scene) {
         suspend(scene);
         EXPECT_EQ(scene.Play({Http503()}), "a (last resort) ALL_TARGETS_FAILED");
       }},
      {"a success after an operator took the target out and let it in again",
       [](Scene& scene) {
         Call call = scene.Start();
         scene.router.Suspend("a", "m", kNever, scene.now);
         scene.router.Resume("a", "m", scene.now);
         EXPECT_EQ(scene.View("a").in_flight, 1U) << "it is still under way";
         call.Ok();
       }},
      {"a failure after an operator took the target out",
       [](Scene& scene) {
         Call call = scene.Start();
         scene.router.Suspend("a", "m", kNever, scene.now);
         EXPECT_EQ(call.Fail(Http503()), "b");
       }},
      {"after a reload",
       [](Scene& scene) {
         Call call = scene.Start();
         scene.router.Replace(Spec(Failover({LeafOf("b"), AtMost(1, LeafOf("a"))})));
         EXPECT_EQ(scene.View("a").in_flight, 1U);
         call.Ok();
       }},
  };
  for (const EndRow& row : rows) {
    Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")}), LeastBad(Remembering(seconds(30)))));
    row.play(scene);
    EXPECT_EQ(scene.View("a").in_flight, 0U) << row.premise;
    scene.router.Replace(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")})));
    scene.router.Resume("a", "m", scene.now);
    EXPECT_EQ(scene.Start().step(), "a") << row.premise;
  }
}

TEST(MaxConcurrentTest, APauseHoldsNoPlace) {
  Scene scene(Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")})));
  Call sleeper = scene.Start();
  ASSERT_EQ(sleeper.Fail(Http500()), "sleep");
  EXPECT_EQ(scene.View("a").in_flight, 0U);
  Call other = scene.Start();
  EXPECT_EQ(other.step(), "a");
  EXPECT_EQ(sleeper.Wake(), "b") << "its place was taken meanwhile";
  other.Ok();
}

// Premise: "gpt" has at most one at a, "claude" at most three, both then b.
class SharedLimitTest : public testing::Test {
 protected:
  static TableSpec Both() {
    TableSpec spec = Spec(Failover({AtMost(1, LeafOf("a")), LeafOf("b")}));
    spec.policies.push_back(spec.policies.front());
    spec.policies.back().name = spec.policies.back().model = "claude";
    spec.policies.back().root = Failover({AtMost(3, LeafOf("a")), LeafOf("b")});
    return spec;
  }
  Scene scene{Both()};
};

TEST_F(SharedLimitTest, AttemptsOfOtherPoliciesCount) {
  Call one = scene.Start();
  Call two = scene.Start(kNever, "claude");
  Call three = scene.Start(kNever, "claude");
  EXPECT_EQ(one.step() + two.step() + three.step(), "aaa");
  EXPECT_EQ(scene.Start(kNever, "claude").step(), "b");
  one.Ok();
  EXPECT_EQ(scene.Start().step(), "b") << "two of the other policy's are still under way";
}

TEST_F(SharedLimitTest, ASameTargetRetryKeepsToItsPolicysLimit) {
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "a");
  ASSERT_EQ(scene.Start(kNever, "claude").step(), "a");
  EXPECT_EQ(call.Fail(Reset()), "b");
}

}  // namespace
}  // namespace spillway::router
