// What a policy says of one of its targets, in place of what it says of all.
#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Premise: failover a (5 s), b; the policy's request timeout is 20 s; failures remembered for 30 s.
class LeafTimeoutTest : public testing::Test {
 protected:
  static TableSpec Route() {
    Settings settings = Remembering(seconds(30));
    settings.request_timeout = seconds(20);
    return Spec(Failover({Within(seconds(5), LeafOf("a")), LeafOf("b")}), settings);
  }
  Scene scene{Route()};
};

TEST_F(LeafTimeoutTest, ASilentTargetFailsOverAfterItsOwnTimeout) {
  Call call = scene.Start();
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(5));
  EXPECT_EQ(call.attempt().on_timeout, Failure::kTimeout);
  scene.now = call.attempt().deadline;
  EXPECT_EQ(call.Fail(Fail(call.attempt().on_timeout)), "b");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(25)) << "b has the policy's";
}

TEST_F(LeafTimeoutTest, ItsOwnMayBeLongerThanThePolicys) {
  scene.router.Replace(Spec(Failover({Within(minutes(10), LeafOf("a"))}), Remembering(seconds(30))));
  EXPECT_EQ(scene.Start().attempt().deadline, kStart + minutes(10));
}

TEST_F(LeafTimeoutTest, TheCallersDeadlineEndsItSooner) {
  Call call = scene.Start(kStart + seconds(5));
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(5));
  EXPECT_EQ(call.attempt().on_timeout, Failure::kDeadline);
  EXPECT_EQ(scene.Start(kStart + seconds(5) + nanoseconds(1)).attempt().on_timeout, Failure::kTimeout);
}

TEST_F(LeafTimeoutTest, ALostProbeFreesItselfByItsOwnTimeout) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Start().step(), "a (probe)");
  scene.Pass(seconds(6) - nanoseconds(1));
  EXPECT_EQ(scene.Start().step(), "b");
  scene.Pass(nanoseconds(1));
  EXPECT_EQ(scene.Start().step(), "a (probe)");
}

TEST_F(LeafTimeoutTest, ASameTargetRetryHasTheWholeOfItAgain) {
  Call call = scene.Start();
  scene.Pass(seconds(4));
  ASSERT_EQ(call.Fail(Reset()), "a");
  EXPECT_EQ(call.attempt().deadline, kStart + seconds(9));
}

TEST(LeafSettingsTest, TwoLeavesOfOneTargetEachHaveTheirOwn) {
  TableSpec spec = Spec(Failover(
      {Within(seconds(1), Path("/one", LeafOf("a"))), AtMost(7, Window(8192, Path("/two", LeafOf("a"))))}));
  spec.policies.push_back(spec.policies.front());
  spec.policies.back().name = spec.policies.back().model = "claude";
  spec.policies.back().root = Failover({"a"});
  Scene scene(spec);
  const auto& leaves = scene.router.table()->leaves();
  ASSERT_EQ(leaves.size(), 3U);
  EXPECT_EQ(leaves[0].health, leaves[2].health);
  EXPECT_EQ(leaves[0].settings.path, "/one");
  EXPECT_EQ(leaves[0].settings.request_timeout, seconds(1));
  EXPECT_EQ(leaves[0].settings.context_window, 0U);
  EXPECT_EQ(leaves[0].settings.max_concurrent, 0U);
  EXPECT_EQ(leaves[1].settings.path, "/two");
  EXPECT_FALSE(leaves[1].settings.request_timeout);
  EXPECT_EQ(leaves[1].settings.context_window, 8192U);
  EXPECT_EQ(leaves[1].settings.max_concurrent, 7U);
  EXPECT_EQ(leaves[2].settings.path, "");
  EXPECT_EQ(leaves[2].settings.max_concurrent, 0U);
}

TEST(LeafSettingsTest, HoldUnderEveryStrategyAndDepth) {
  const auto leaf = [](Duration timeout, const char* name) { return Within(timeout, LeafOf(name)); };
  Scene scene(Spec(RoundRobin({Weighted({Share(1, leaf(seconds(1), "a"))}),
                               Failover({RoundRobin({leaf(seconds(2), "b")}), leaf(seconds(3), "c")})})));
  Call first = scene.Start();
  EXPECT_EQ(first.attempt().deadline - scene.now, seconds(1));
  Call second = scene.Start();
  EXPECT_EQ(second.attempt().deadline - scene.now, seconds(2));
  second.Fail(Http503());
  EXPECT_EQ(second.attempt().deadline - scene.now, seconds(3));
}

}  // namespace
}  // namespace spillway::router
