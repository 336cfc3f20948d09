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

TEST(FailureTest, WhatHarmsATargetSpills) {
  for (const FailureTraits& traits : AllFailureTraits()) {
    EXPECT_EQ(traits.spills, traits.health != HealthEffect::kIgnored) << traits.name;
  }
}

}  // namespace
}  // namespace spillway::router
