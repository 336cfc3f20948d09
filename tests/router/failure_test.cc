#include "router/failure.h"

#include <string>

#include "gtest/gtest.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::router {
namespace {

using absl::StatusCode;

std::string Upper(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return upper;
}

TEST(FailureTest, NumbersAndNamesAreThoseOfTheContract) {
  const auto* contract = v1::Failure_descriptor();
  // The contract has one more: UNSPECIFIED.
  ASSERT_EQ(contract->value_count(), static_cast<int>(kFailureCount) + 1);
  for (const FailureTraits& traits : AllFailureTraits()) {
    const auto* value = contract->FindValueByNumber(static_cast<int>(traits.failure));
    ASSERT_NE(value, nullptr) << traits.name;
    EXPECT_EQ(value->name(), "FAILURE_" + Upper(traits.name));
  }
}

TEST(FailureTest, EveryFailureHasItsOwnRowAndName) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    EXPECT_EQ(&TraitsOf(traits.failure), &traits);
    EXPECT_EQ(FailureFromName(traits.name), traits.failure) << traits.name;
  }
  EXPECT_FALSE(FailureFromName(""));
  EXPECT_FALSE(FailureFromName("RATE_LIMITED"));
  EXPECT_FALSE(FailureFromName("rate_limited "));
}

struct Row {
  Failure failure;
  bool spills;
  bool may_retry_same_target;
  HealthEffect health;
  StatusCode code;
};

TEST(FailureTest, TraitsFollowFromWhoIsToBlame) {
  constexpr auto kCounts = HealthEffect::kCounts;
  constexpr auto kAtOnce = HealthEffect::kSuspendsAtOnce;
  constexpr auto kIgnored = HealthEffect::kIgnored;
  const Row rows[] = {
      {Failure::kConnect, true, true, kCounts, StatusCode::kUnavailable},
      {Failure::kTimeout, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kFirstTokenTimeout, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kStalled, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kTruncated, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kMalformed, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kRateLimited, true, false, kCounts, StatusCode::kResourceExhausted},
      {Failure::kQuotaExhausted, true, false, kAtOnce, StatusCode::kResourceExhausted},
      {Failure::kOverloaded, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kServerError, true, true, kCounts, StatusCode::kUnavailable},
      // Our misconfiguration, not the caller's: never UNAUTHENTICATED.
      {Failure::kCredentials, true, false, kAtOnce, StatusCode::kUnavailable},
      {Failure::kModelNotFound, true, false, kCounts, StatusCode::kUnavailable},
      {Failure::kContextLength, false, false, kIgnored, StatusCode::kInvalidArgument},
      {Failure::kContentFilter, false, false, kIgnored, StatusCode::kInvalidArgument},
      {Failure::kInvalidRequest, false, false, kIgnored, StatusCode::kInvalidArgument},
      {Failure::kCancelled, false, false, kIgnored, StatusCode::kCancelled},
      {Failure::kDeadline, false, false, kIgnored, StatusCode::kDeadlineExceeded},
  };
  ASSERT_EQ(std::size(rows), kFailureCount);
  for (const Row& row : rows) {
    const FailureTraits& traits = TraitsOf(row.failure);
    EXPECT_EQ(traits.spills, row.spills) << traits.name;
    EXPECT_EQ(traits.may_retry_same_target, row.may_retry_same_target) << traits.name;
    EXPECT_EQ(traits.health, row.health) << traits.name;
    EXPECT_EQ(traits.code, row.code) << traits.name;
  }
}

struct BlameRow {
  Failure failure;
  Blame blame;
};

TEST(FailureTest, SomebodyIsToBlame) {
  const BlameRow rows[] = {
      {Failure::kConnect, Blame::kEndpoint},
      {Failure::kTimeout, Blame::kEndpoint},
      {Failure::kFirstTokenTimeout, Blame::kEndpoint},
      // It had begun to answer: the endpoint is there.
      {Failure::kStalled, Blame::kTarget},
      {Failure::kTruncated, Blame::kTarget},
      {Failure::kMalformed, Blame::kTarget},
      // Limits are given model by model, quotas by account.
      {Failure::kRateLimited, Blame::kTarget},
      {Failure::kQuotaExhausted, Blame::kEndpoint},
      {Failure::kOverloaded, Blame::kEndpoint},
      {Failure::kServerError, Blame::kEndpoint},
      {Failure::kCredentials, Blame::kEndpoint},
      {Failure::kModelNotFound, Blame::kTarget},
      {Failure::kContextLength, Blame::kRequest},
      {Failure::kContentFilter, Blame::kRequest},
      {Failure::kInvalidRequest, Blame::kRequest},
      {Failure::kCancelled, Blame::kCaller},
      {Failure::kDeadline, Blame::kCaller},
  };
  ASSERT_EQ(std::size(rows), kFailureCount);
  for (const BlameRow& row : rows)
    EXPECT_EQ(TraitsOf(row.failure).blame, row.blame) << TraitsOf(row.failure).name;
}

TEST(FailureTest, OnlyWhoIsToBlameIsHarmed) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    const bool ours = traits.blame == Blame::kTarget || traits.blame == Blame::kEndpoint;
    EXPECT_EQ(traits.health != HealthEffect::kIgnored, ours) << traits.name;
  }
}

TEST(FailureTest, WhatHarmsATargetSpills) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    EXPECT_EQ(traits.spills, traits.health != HealthEffect::kIgnored) << traits.name;
  }
}

}  // namespace
}  // namespace spillway::router
