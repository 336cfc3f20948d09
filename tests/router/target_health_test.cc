// One target's health: counting, epochs, an operator's hand. Probes: probe_test.cc.
#include "router/target_health.h"

#include "gtest/gtest.h"
#include "tests/router/scene.h"

namespace spillway::router {
namespace {

using Admission = TargetHealth::Admission;

HealthRules Rules(std::uint32_t max_fails, CountMode mode = CountMode::kConsecutive) {
  HealthRules rules = Remembering(seconds(30)).health;
  rules.max_fails = max_fails;
  rules.count_mode = mode;
  return rules;
}

// A target and the hand that moves it.
struct Hand {
  bool FailAt(Duration at, const HealthRules& rules) {
    const Ticket ticket = health.Enter(kStart + at, kNever);
    return health.OnFailure(ticket, Http503(), rules, kStart + at);
  }
  bool OkAt(Duration at, const HealthRules& rules) {
    return health.OnSuccess(health.Enter(kStart + at, kNever), rules);
  }
  bool Suspended(Duration at = Duration::zero()) const {
    return health.Look(kStart + at) == Admission::kSuspended;
  }
  TargetHealth health;
};

TEST(ConsecutiveTest, TheNthFailureInARowSuspends) {
  const HealthRules rules = Rules(3);
  Hand hand;
  EXPECT_FALSE(hand.FailAt(seconds(0), rules));
  EXPECT_FALSE(hand.FailAt(hours(1), rules));
  EXPECT_EQ(hand.health.View(kStart + hours(1)).fails, 2U);
  EXPECT_TRUE(hand.FailAt(hours(2), rules));
  EXPECT_TRUE(hand.Suspended(hours(2)));
  EXPECT_EQ(hand.health.View(kStart + hours(2)).fails, 0U);
}

TEST(ConsecutiveTest, ASuccessStartsTheCountAnew) {
  const HealthRules rules = Rules(2);
  Hand hand;
  EXPECT_FALSE(hand.FailAt(seconds(0), rules));
  EXPECT_FALSE(hand.OkAt(seconds(0), rules));
  EXPECT_FALSE(hand.FailAt(seconds(0), rules));
  EXPECT_TRUE(hand.FailAt(seconds(0), rules));
}

TEST(WindowTest, SuccessesDoNotReset) {
  const HealthRules rules = Rules(2, CountMode::kWindow);
  Hand hand;
  EXPECT_FALSE(hand.FailAt(seconds(0), rules));
  EXPECT_FALSE(hand.OkAt(seconds(1), rules));
  EXPECT_TRUE(hand.FailAt(seconds(2), rules));
}

TEST(WindowTest, AFailureCountsForFailTimeoutAndNoLonger) {
  const HealthRules rules = Rules(2, CountMode::kWindow);
  Hand at_the_edge;
  EXPECT_FALSE(at_the_edge.FailAt(seconds(0), rules));
  EXPECT_TRUE(at_the_edge.FailAt(seconds(10) - nanoseconds(1), rules));
  Hand beyond;
  EXPECT_FALSE(beyond.FailAt(seconds(0), rules));
  EXPECT_FALSE(beyond.FailAt(seconds(10), rules));
}

TEST(WindowTest, TheWindowSlides) {
  const HealthRules rules = Rules(3, CountMode::kWindow);
  Hand hand;
  // 0 and 6 never share a window of 10 s with two others.
  for (const int at : {0, 6, 12, 18, 24}) EXPECT_FALSE(hand.FailAt(seconds(at), rules)) << at;
  EXPECT_TRUE(hand.FailAt(seconds(27), rules));
}

TEST(WindowTest, WhatHasLeftTheWindowIsNoLongerSeen) {
  const HealthRules rules = Rules(3, CountMode::kWindow);
  Hand hand;
  hand.FailAt(seconds(0), rules);
  EXPECT_EQ(hand.health.View(kStart + seconds(9)).fails, 1U);
  EXPECT_EQ(hand.health.View(kStart + seconds(10)).fails, 0U);
}

TEST(CountTest, PoliciesThatCountDifferentlyDoNotSpoilEachOthersCount) {
  const HealthRules in_a_row = Rules(3);
  const HealthRules window = Rules(5, CountMode::kWindow);
  Hand hand;
  EXPECT_FALSE(hand.FailAt(seconds(0), in_a_row));
  EXPECT_FALSE(hand.FailAt(seconds(0), in_a_row));
  EXPECT_FALSE(hand.FailAt(seconds(1), window));
  EXPECT_TRUE(hand.FailAt(seconds(2), in_a_row));
}

TEST(CountTest, WhatSaysNothingAboutTheTargetIsNotCounted) {
  const HealthRules rules = Rules(1);
  TargetHealth health;
  for (const FailureTraits& traits : AllFailureTraits()) {
    if (traits.health != HealthEffect::kIgnored) continue;
    EXPECT_FALSE(health.OnFailure(health.Enter(kStart, kNever), Fail(traits.failure), rules, kStart));
    EXPECT_EQ(health.View(kStart).fails, 0U) << traits.name;
  }
}

TEST(EpochTest, AStaleFailureNeitherLengthensNorRepeatsASuspension) {
  const HealthRules rules = Rules(1);
  TargetHealth health;
  const Ticket slow = health.Enter(kStart, kNever);
  ASSERT_TRUE(health.OnFailure(health.Enter(kStart, kNever), Http503(), rules, kStart));
  EXPECT_FALSE(health.OnFailure(slow, Http429(minutes(5)), rules, kStart + seconds(20)));
  EXPECT_EQ(health.View(kStart).until, kStart + seconds(30));
  EXPECT_EQ(health.View(kStart).suspensions_in_a_row, 1U);
}

TEST(EpochTest, AStaleFailureDoesNotSuspendATargetThatIsBack) {
  const HealthRules rules = Rules(1);
  TargetHealth health;
  const Ticket slow = health.Enter(kStart, kNever);
  ASSERT_TRUE(health.OnFailure(health.Enter(kStart, kNever), Http503(), rules, kStart));
  ASSERT_TRUE(health.OnSuccess(health.Enter(kStart + seconds(30), kNever), rules));
  EXPECT_FALSE(health.OnFailure(slow, Http503(), rules, kStart + seconds(31)));
  EXPECT_EQ(health.Look(kStart + seconds(31)), Admission::kOpen);
  EXPECT_EQ(health.View(kStart + seconds(31)).fails, 0U);
}

TEST(EpochTest, AStaleSuccessDoesNotRevive) {
  const HealthRules rules = Rules(1);
  TargetHealth health;
  const Ticket slow = health.Enter(kStart, kNever);
  ASSERT_TRUE(health.OnFailure(health.Enter(kStart, kNever), Http503(), rules, kStart));
  EXPECT_FALSE(health.OnSuccess(slow, rules));
  EXPECT_EQ(health.Look(kStart), Admission::kSuspended);
  health.Enter(kStart + seconds(30), kNever);
  EXPECT_FALSE(health.OnSuccess(slow, rules));
  EXPECT_EQ(health.Look(kStart + seconds(30)), Admission::kProbing);
}

TEST(EpochTest, AStaleSuccessDoesNotClearTheCount) {
  const HealthRules rules = Rules(2);
  Hand hand;
  const Ticket slow = hand.health.Enter(kStart, kNever);
  hand.health.Suspend(kNever);
  hand.health.Resume();
  EXPECT_FALSE(hand.FailAt(seconds(0), rules));
  EXPECT_FALSE(hand.health.OnSuccess(slow, rules));
  EXPECT_TRUE(hand.FailAt(seconds(0), rules));
}

TEST(ByHandTest, StandsUntilItsInstantWhateverCallsUnderWaySay) {
  const HealthRules rules = Rules(1);
  TargetHealth health;
  const Ticket under_way = health.Enter(kStart, kNever);
  health.Suspend(kStart + hours(2));
  EXPECT_FALSE(health.OnSuccess(under_way, rules));
  EXPECT_FALSE(health.OnFailure(under_way, Http503(), rules, kStart));
  EXPECT_FALSE(health.OnIgnored(under_way, kStart));
  const HealthView view = health.View(kStart);
  EXPECT_EQ(view.state, TargetState::kSuspended);
  EXPECT_EQ(view.until, kStart + hours(2));
  EXPECT_TRUE(view.by_hand);
  EXPECT_FALSE(view.failure);
  EXPECT_EQ(health.Look(kStart + hours(2) - nanoseconds(1)), Admission::kSuspended);
  EXPECT_EQ(health.Look(kStart + hours(2)), Admission::kProbeDue);
}

TEST(ByHandTest, WithoutAnEndItLastsUntilResumed) {
  TargetHealth health;
  health.Suspend(kNever);
  EXPECT_EQ(health.Look(kNever - nanoseconds(1)), Admission::kSuspended);
  health.Resume();
  EXPECT_EQ(health.Look(kStart), Admission::kOpen);
  EXPECT_FALSE(health.View(kStart).by_hand);
}

TEST(ByHandTest, ResumeForgetsFailuresAndDoubling) {
  const HealthRules rules = Rules(2);
  Hand hand;
  hand.FailAt(seconds(0), rules);
  hand.FailAt(seconds(0), rules);
  hand.FailAt(seconds(30), rules);
  ASSERT_EQ(hand.health.View(kStart).suspensions_in_a_row, 2U);
  hand.health.Resume();
  EXPECT_EQ(hand.health.View(kStart).suspensions_in_a_row, 0U);
  EXPECT_FALSE(hand.FailAt(seconds(31), rules));
  EXPECT_TRUE(hand.FailAt(seconds(31), rules));
  EXPECT_EQ(hand.health.View(kStart).until, kStart + seconds(31) + seconds(30));
}

}  // namespace
}  // namespace spillway::router
