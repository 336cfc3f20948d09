#include "transport/idle_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace spillway::transport {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Pool = IdlePool<std::string>;

constexpr Pool::Instant At(int second) { return Pool::Instant(seconds(second)); }

constexpr IdleLimits kLimits{.max_idle = 2, .idle_timeout = seconds(50), .max_age = seconds(600)};

TEST(IdlePool, TheNewestIsReusedFirst) {
  Pool pool(kLimits);
  pool.Add("old", At(0), At(1));
  pool.Add("new", At(0), At(2));
  EXPECT_EQ(pool.Take(), "new");
  EXPECT_EQ(pool.Take(), "old");
  EXPECT_EQ(pool.Take(), std::nullopt);
}

TEST(IdlePool, BeyondTheMaximumTheOldestGoes) {
  Pool pool(kLimits);
  EXPECT_EQ(pool.Add("a", At(0), At(1)), std::nullopt);
  EXPECT_EQ(pool.Add("b", At(0), At(2)), std::nullopt);
  EXPECT_EQ(pool.Add("c", At(0), At(3)), "a");
  EXPECT_EQ(pool.size(), 2u);
}

TEST(IdlePool, AMaximumOfZeroKeepsNone) {
  Pool pool({.max_idle = 0});
  EXPECT_EQ(pool.Add("a", At(0), At(1)), "a");
  EXPECT_EQ(pool.size(), 0u);
}

TEST(IdlePool, ExpiresWhatWasIdleForTheTimeout) {
  Pool pool(kLimits);
  pool.Add("a", At(0), At(10));
  pool.Add("b", At(0), At(20));
  EXPECT_EQ(pool.NextDue(), At(60));
  EXPECT_THAT(pool.Expire(At(59)), IsEmpty());
  EXPECT_THAT(pool.Expire(At(60)), ElementsAre("a"));
  EXPECT_EQ(pool.NextDue(), At(70));
  EXPECT_EQ(pool.Take(), "b");
}

TEST(IdlePool, ExpiresWhatReachesItsAgeHoweverShortlyIdle) {
  Pool pool(kLimits);
  pool.Add("young", At(500), At(590));
  pool.Add("aged", At(0), At(595));
  EXPECT_EQ(pool.NextDue(), At(600));
  EXPECT_THAT(pool.Expire(At(600)), ElementsAre("aged"));
  EXPECT_EQ(pool.Take(), "young");
}

TEST(IdlePool, WhatIsTooOldAlreadyIsNotKept) {
  Pool pool(kLimits);
  EXPECT_EQ(pool.Add("aged", At(0), At(600)), "aged");
  EXPECT_EQ(pool.size(), 0u);
}

TEST(IdlePool, NextDueIsNeverWhenEmpty) {
  Pool pool(kLimits);
  EXPECT_EQ(pool.NextDue(), Pool::Instant::max());
  pool.Add("a", At(0), At(1));
  pool.Take();
  EXPECT_EQ(pool.NextDue(), Pool::Instant::max());
}

TEST(IdlePool, RemovesWhatClosedByItself) {
  Pool pool(kLimits);
  pool.Add("a", At(0), At(1));
  pool.Add("b", At(0), At(2));
  EXPECT_TRUE(pool.Remove("a"));
  EXPECT_FALSE(pool.Remove("a"));
  EXPECT_THAT(pool.RemoveAll(), ElementsAre("b"));
  EXPECT_EQ(pool.size(), 0u);
}

TEST(IdlePool, UnlimitedTimesDoNotOverflow) {
  Pool pool({.max_idle = 2,
             .idle_timeout = std::chrono::nanoseconds::max(),
             .max_age = std::chrono::nanoseconds::max()});
  EXPECT_EQ(pool.Add("a", At(1), At(1000)), std::nullopt);
  EXPECT_THAT(pool.Expire(At(1'000'000'000)), IsEmpty());
}

}  // namespace
}  // namespace spillway::transport
