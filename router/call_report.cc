#include "router/call_report.h"

namespace spillway::router {

std::string_view NameOf(SkipReason reason) {
  switch (reason) {
    case SkipReason::kSuspended:
      return "suspended";
    case SkipReason::kProbing:
      return "probing";
    case SkipReason::kSaturated:
      return "saturated";
    case SkipReason::kContextWindow:
      return "context_window";
    case SkipReason::kUnsupported:
      return "unsupported";
  }
  return "unknown";
}

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kServed:
      return "SERVED";
    case Verdict::kAllFailed:
      return "ALL_TARGETS_FAILED";
    case Verdict::kAllSuspended:
      return "ALL_TARGETS_SUSPENDED";
    case Verdict::kAllSaturated:
      return "ALL_TARGETS_SATURATED";
    case Verdict::kAllUnsupported:
      return "ALL_TARGETS_UNSUPPORTED";
    case Verdict::kRetryBudgetSpent:
      return "RETRY_BUDGET_SPENT";
    case Verdict::kRefused:
      return "REFUSED_BY_PROVIDER";
    case Verdict::kBroken:
      return "STREAM_BROKEN";
    case Verdict::kDeadline:
      return "DEADLINE_EXCEEDED";
    case Verdict::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

}  // namespace spillway::router
