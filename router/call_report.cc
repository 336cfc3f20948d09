#include "router/call_report.h"

namespace spillway::router {

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kServed:
      return "SERVED";
    case Verdict::kAllFailed:
      return "ALL_TARGETS_FAILED";
    case Verdict::kAllSuspended:
      return "ALL_TARGETS_SUSPENDED";
    case Verdict::kRefused:
      return "REFUSED_BY_PROVIDER";
    case Verdict::kDeadline:
      return "DEADLINE_EXCEEDED";
    case Verdict::kCancelled:
      return "CANCELLED";
  }
  return "UNKNOWN";
}

}  // namespace spillway::router
