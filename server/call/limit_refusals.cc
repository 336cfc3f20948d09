#include "server/call/limit_refusals.h"

#include <chrono>

#include "absl/strings/str_cat.h"

namespace spillway::server {
namespace {

// Calls end every moment, but whoever comes again at once makes it no better.
constexpr router::Duration kComeAgain = std::chrono::seconds(1);

constexpr std::string_view kReason = "TOO_MANY_CALLS_OF_CALLER";

}  // namespace

CallStatus TooManyCalls(CallLimits::Bound bound, std::string_view caller) {
  constexpr auto kCode = absl::StatusCode::kResourceExhausted;
  if (bound == CallLimits::Bound::kServer) {
    return Refused(kCode, "TOO_MANY_CALLS", "the server has as many calls under way as it may have",
                   kComeAgain);
  }
  if (caller.empty())
    return Refused(kCode, kReason, "the callers have as many calls under way as they may have", kComeAgain);
  const absl::string_view name(caller.data(), caller.size());
  return Refused(kCode, kReason,
                 absl::StrCat("caller '", name, "' has as many calls under way as it may have"), kComeAgain);
}

CallStatus TooManyValues(std::size_t most) {
  return Refused(
      absl::StatusCode::kInvalidArgument, "TOO_MANY_VALUES",
      absl::StrCat("the request holds more than ", most, " values (server.limits.max_request_values)"));
}

}  // namespace spillway::server
