// The round robin: whose turn it is, and what disturbs it.
#include "router/round_robin.h"

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

// Premise: round robin a, b, c; failures remembered for 30 s.
class RoundRobinTest : public testing::Test {
 protected:
  void Out(const char* name) { ASSERT_TRUE(scene.router.Suspend(name, "m", kNever, scene.now)); }
  void Back(const char* name) { ASSERT_TRUE(scene.router.Resume(name, "m", scene.now)); }
  Scene scene{Spec(RoundRobin({"a", "b", "c"}), Remembering(seconds(30)))};
};

TEST_F(RoundRobinTest, EachCallStartsAtTheNextInTurn) { EXPECT_EQ(scene.Turns(7), "a b c a b c a"); }

TEST_F(RoundRobinTest, EachHasTheSameNumberOfCalls) {
  EXPECT_EQ(scene.Counts(3000), "a 1000, b 1000, c 1000");
  EXPECT_EQ(scene.Counts(2), "a 1, b 1");
  EXPECT_EQ(scene.Counts(3000), "a 1000, b 1000, c 1000");
}

TEST(RoundRobinOfOneTest, AlwaysHasItsTurn) {
  Scene scene(Spec(RoundRobin({"a"})));
  EXPECT_EQ(scene.Turns(3), "a a a");
}

TEST_F(RoundRobinTest, CallsUnderWayTogetherStartAtDifferentTargets) {
  Call first = scene.Start();
  Call second = scene.Start();
  Call third = scene.Start();
  EXPECT_EQ(first.step() + second.step() + third.step(), "abc");
}

TEST_F(RoundRobinTest, AFailingPickSpillsInOrderAndTheCallIsServed) {
  EXPECT_EQ(scene.Play({Http429(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.StateOf("a"), TargetState::kSuspended);
  EXPECT_EQ(scene.StateOf("b"), TargetState::kAvailable);
}

TEST_F(RoundRobinTest, TheOrderOfSpillingGoesRound) {
  ASSERT_EQ(scene.Turns(2), "a b");
  EXPECT_EQ(scene.Play({Http503(), Http503(), Http503()}), "c a b ALL_TARGETS_FAILED");
}

TEST(RoundRobinMemorylessTest, ASpillDisturbsNobodysTurn) {
  Scene scene(Spec(RoundRobin({"a", "b", "c"})));
  EXPECT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503(), kOk}), "b c a SERVED");
  EXPECT_EQ(scene.Play({Http503(), Http503(), Http503()}), "c a b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Turns(4), "a b c a");
}

TEST(RoundRobinMemorylessTest, ATurnIsTakenOnceACallWhateverItTriesAgain) {
  Scene scene(Spec(RoundRobin({"a", "b", "c"})));
  EXPECT_EQ(scene.Play({Reset(), kOk}), "a a SERVED");
  EXPECT_EQ(scene.Play({Http500(), kOk}), "b sleep b SERVED");
  EXPECT_EQ(scene.Play({Http500(), Http503(), Http503(), kOk}), "c sleep c a b SERVED");
  EXPECT_EQ(scene.Turns(3), "a b c");
}

struct OutRow {
  const char* premise;
  std::vector<const char*> out;
  std::string while_out;
  std::string afterwards;
};

// Of a, b, c, d; while_out is two rounds of those left.
TEST(RoundRobinOrderTest, IsTheSameWhileATargetIsOutAndAfterItReturns) {
  const OutRow rows[] = {
      {"none", {}, "a b c d a b c d", "a b c d a"},
      {"the first", {"a"}, "b c d b c d", "a b c d a"},
      {"one in the middle", {"b"}, "a c d a c d", "a b c d a"},
      {"the last: the turn is d's when it is back", {"d"}, "a b c a b c", "d a b c d"},
      {"two in a row", {"b", "c"}, "a d a d", "a b c d a"},
      {"two apart", {"a", "c"}, "b d b d", "a b c d a"},
      {"all but one", {"a", "c", "d"}, "b b", "c d a b c"},
  };
  for (const OutRow& row : rows) {
    Scene scene(Spec(RoundRobin({"a", "b", "c", "d"})));
    for (const char* name : row.out) scene.router.Suspend(name, "m", kNever, scene.now);
    const int calls = static_cast<int>(row.while_out.size() + 1) / 2;
    EXPECT_EQ(scene.Turns(calls), row.while_out) << row.premise;
    for (const char* name : row.out) scene.router.Resume(name, "m", scene.now);
    EXPECT_EQ(scene.Turns(5), row.afterwards) << row.premise;
  }
}

TEST_F(RoundRobinTest, AFailingTargetIsLeftOutForItsSuspensionAndProbedInItsTurn) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  EXPECT_EQ(scene.Turns(4), "b c b c");
  scene.Pass(seconds(30) - nanoseconds(1));
  EXPECT_EQ(scene.Turns(1), "b");
  scene.Pass(nanoseconds(1));
  EXPECT_EQ(scene.Turns(5), "c a (probe) b c a");
}

TEST_F(RoundRobinTest, WhileATargetIsProbedTheOthersGoRound) {
  ASSERT_EQ(scene.Play({Http503(), kOk}), "a b SERVED");
  scene.Pass(seconds(30));
  ASSERT_EQ(scene.Turns(2), "b c");
  Call probe = scene.Start();
  ASSERT_EQ(probe.step(), "a (probe)");
  EXPECT_EQ(scene.Turns(3), "b c b");
  EXPECT_EQ(probe.Ok(), "SERVED");
  EXPECT_EQ(scene.Turns(3), "c a b");
}

TEST_F(RoundRobinTest, AllSuspendedFailsAndTakesNoTurn) {
  ASSERT_EQ(scene.Turns(1), "a");
  for (const char* name : {"a", "b", "c"}) Out(name);
  EXPECT_EQ(scene.Turns(2), "ALL_TARGETS_SUSPENDED ALL_TARGETS_SUSPENDED");
  for (const char* name : {"a", "b", "c"}) Back(name);
  EXPECT_EQ(scene.Turns(3), "b c a");
}

TEST(RoundRobinLeastBadTest, WhenAllAreSuspendedTheOneDueBackSoonestIsTriedWithoutATurn) {
  Scene scene(Spec(RoundRobin({"a", "b", "c"}), LeastBad(Remembering(seconds(30)))));
  ASSERT_EQ(scene.Play({Http429(minutes(2)), Http503(), Http429(minutes(1))}), "a b c ALL_TARGETS_FAILED");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(scene.Start().step(), "b (last resort)");
  for (const char* name : {"a", "b", "c"}) scene.router.Resume(name, "m", scene.now);
  EXPECT_EQ(scene.Turns(3), "b c a");
}

TEST_F(RoundRobinTest, ACallThatIsCancelledHasHadItsTurn) {
  EXPECT_EQ(scene.Start().Cancel(), "CANCELLED");
  EXPECT_EQ(scene.Turns(1), "b");
}

TEST_F(RoundRobinTest, ACallWithoutTimeTakesNoTurn) {
  EXPECT_EQ(scene.Start(scene.now).step(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(scene.Turns(1), "a");
}

TEST_F(RoundRobinTest, WhatIsBackDuringACallIsReachedInItsPlace) {
  Out("b");
  Call call = scene.Start();
  ASSERT_EQ(call.step(), "a");
  Back("b");
  EXPECT_EQ(call.Fail(Http503()), "b");
  EXPECT_EQ(call.Fail(Http503()), "c");
}

TEST_F(RoundRobinTest, OnlyWhatWasPassedOverIsReportedSo) {
  Out("b");
  Call first = scene.Start();
  EXPECT_EQ(first.step(), "a");
  EXPECT_TRUE(first.report().skipped.empty()) << "it was not b's turn";
  Call second = scene.Start();
  EXPECT_EQ(second.step(), "c");
  ASSERT_EQ(second.report().skipped.size(), 1U);
  EXPECT_EQ(second.report().skipped[0].leaf, 1U);
  EXPECT_EQ(second.report().skipped[0].reason, SkipReason::kSuspended);
}

TEST(RoundRobinRetriesTest, AreFurtherAttemptsFromWhereverTheCallStarts) {
  Settings settings;
  settings.retries = 1;
  Scene scene(Spec(RoundRobin({"a", "b", "c"}), settings));
  EXPECT_EQ(scene.Play({Http503(), Http503()}), "a b ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play({Http503(), Http503()}), "b c ALL_TARGETS_FAILED");
  EXPECT_EQ(scene.Play({Http503(), Http503()}), "c a ALL_TARGETS_FAILED");
}

}  // namespace
}  // namespace spillway::router
