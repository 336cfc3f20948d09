#include "server/call/call_limits.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace spillway::server {
namespace {

using Bound = CallLimits::Bound;
using Slot = CallLimits::Slot;

// Who would be exceeded; nothing: nobody, and the slot is kept.
std::optional<Bound> Take(CallLimits& limits, std::size_t caller, std::vector<Slot>& slots) {
  auto admitted = limits.Admit(caller);
  if (const auto* bound = std::get_if<Bound>(&admitted)) return *bound;
  slots.push_back(std::get<Slot>(std::move(admitted)));
  return std::nullopt;
}

TEST(CallLimitsTest, AreInAllAndOfEachCaller) {
  CallLimits limits;
  limits.Use({3, {{"a", 2}, {"b", kNoBound}}});
  std::vector<Slot> slots;
  EXPECT_EQ(Take(limits, 0, slots), std::nullopt);
  EXPECT_EQ(Take(limits, 0, slots), std::nullopt);
  EXPECT_EQ(Take(limits, 0, slots), Bound::kCaller);
  EXPECT_EQ(Take(limits, 1, slots), std::nullopt) << "one caller's are not another's";
  EXPECT_EQ(Take(limits, 1, slots), Bound::kServer);
  EXPECT_EQ(limits.server().now, 3u);
}

TEST(CallLimitsTest, ASlotIsFreedOnce) {
  CallLimits limits;
  limits.Use({1, {{"a", 1}}});
  std::vector<Slot> slots;
  ASSERT_EQ(Take(limits, 0, slots), std::nullopt);
  Slot moved = std::move(slots.front());
  slots.clear();
  EXPECT_EQ(limits.server().now, 1u);
  moved = {};
  EXPECT_EQ(limits.server().now, 0u);
  EXPECT_EQ(limits.caller(0).now, 0u);
  EXPECT_EQ(Take(limits, 0, slots), std::nullopt);
}

TEST(CallLimitsTest, AReplacedSlotIsFreed) {
  CallLimits limits;
  limits.Use({2, {{"a", 2}}});
  std::vector<Slot> slots;
  ASSERT_EQ(Take(limits, 0, slots), std::nullopt);
  ASSERT_EQ(Take(limits, 0, slots), std::nullopt);
  slots[0] = std::move(slots[1]);
  EXPECT_EQ(limits.server().now, 1u);
  slots.clear();
  EXPECT_EQ(limits.server().now, 0u);
}

TEST(CallLimitsTest, CallsUnderWayCountUnderNewBounds) {
  CallLimits limits;
  limits.Use({10, {{"a", 10}, {"b", 10}}});
  std::vector<Slot> slots;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(Take(limits, 1, slots), std::nullopt);
  // The other way round: a caller is known by its name.
  limits.Use({10, {{"b", 2}, {"a", 10}}});
  EXPECT_EQ(limits.caller(0).now, 3u);
  EXPECT_EQ(Take(limits, 0, slots), Bound::kCaller);
  slots.pop_back();
  EXPECT_EQ(Take(limits, 0, slots), Bound::kCaller) << "two are under way, and two may be";
  slots.pop_back();
  EXPECT_EQ(Take(limits, 0, slots), std::nullopt);
  EXPECT_EQ(Take(limits, 1, slots), std::nullopt);
}

TEST(CallLimitsTest, ACallerThatLeavesAndComesBackStillHasItsCalls) {
  CallLimits limits;
  limits.Use({10, {{"a", 2}}});
  std::vector<Slot> slots;
  ASSERT_EQ(Take(limits, 0, slots), std::nullopt);
  ASSERT_EQ(Take(limits, 0, slots), std::nullopt);
  limits.Use({10, {{"b", 2}}});
  EXPECT_EQ(limits.caller(0).now, 0u);
  limits.Use({10, {{"a", 2}}});
  EXPECT_EQ(Take(limits, 0, slots), Bound::kCaller);
  limits.Use({10, {{"b", 2}}});
  slots.clear();
  EXPECT_EQ(limits.server().now, 0u);
  limits.Use({10, {{"a", 2}}});
  EXPECT_EQ(Take(limits, 0, slots), std::nullopt);
}

}  // namespace
}  // namespace spillway::server
