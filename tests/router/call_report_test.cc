// The words of a report.
#include "router/call_report.h"

#include <set>

#include "gtest/gtest.h"

namespace spillway::router {
namespace {

TEST(CallReportTest, VerdictsReadAsReasons) {
  EXPECT_EQ(NameOf(Verdict::kServed), "SERVED");
  EXPECT_EQ(NameOf(Verdict::kAllFailed), "ALL_TARGETS_FAILED");
  EXPECT_EQ(NameOf(Verdict::kAllSuspended), "ALL_TARGETS_SUSPENDED");
  EXPECT_EQ(NameOf(Verdict::kAllSaturated), "ALL_TARGETS_SATURATED");
  EXPECT_EQ(NameOf(Verdict::kRetryBudgetSpent), "RETRY_BUDGET_SPENT");
  EXPECT_EQ(NameOf(Verdict::kRefused), "REFUSED_BY_PROVIDER");
  EXPECT_EQ(NameOf(Verdict::kDeadline), "DEADLINE_EXCEEDED");
  EXPECT_EQ(NameOf(Verdict::kCancelled), "CANCELLED");
}

TEST(CallReportTest, ReasonsForPassingOverReadAsWords) {
  EXPECT_EQ(NameOf(SkipReason::kSuspended), "suspended");
  EXPECT_EQ(NameOf(SkipReason::kProbing), "probing");
  EXPECT_EQ(NameOf(SkipReason::kSaturated), "saturated");
  EXPECT_EQ(NameOf(SkipReason::kContextWindow), "context_window");
}

}  // namespace
}  // namespace spillway::router
