#include "router/failure.h"

namespace spillway::router {
namespace {

using absl::StatusCode;
using enum FailOnGroup;
using enum HealthEffect;

// The one table. Columns: failure, name, spills, retry same target, health, group, blame, code.
constexpr std::array<FailureTraits, kFailureCount> kTraits = {{
    {Failure::kConnect, "connect", true, true, kCounts, kError, Blame::kEndpoint, StatusCode::kUnavailable},
    {Failure::kTimeout, "timeout", true, false, kCounts, FailOnGroup::kTimeout, Blame::kEndpoint,
     StatusCode::kUnavailable},
    {Failure::kFirstTokenTimeout, "first_token_timeout", true, false, kCounts, FailOnGroup::kTimeout,
     Blame::kEndpoint, StatusCode::kUnavailable},
    {Failure::kStalled, "stalled", true, false, kCounts, FailOnGroup::kTimeout, Blame::kTarget,
     StatusCode::kUnavailable},
    {Failure::kTruncated, "truncated", true, false, kCounts, kError, Blame::kTarget,
     StatusCode::kUnavailable},
    {Failure::kMalformed, "malformed", true, false, kCounts, kError, Blame::kTarget,
     StatusCode::kUnavailable},
    {Failure::kRateLimited, "rate_limited", true, false, kCounts, kNone, Blame::kTarget,
     StatusCode::kResourceExhausted},
    {Failure::kQuotaExhausted, "quota_exhausted", true, false, kSuspendsAtOnce, kNone, Blame::kEndpoint,
     StatusCode::kResourceExhausted},
    {Failure::kOverloaded, "overloaded", true, false, kCounts, kNone, Blame::kEndpoint,
     StatusCode::kUnavailable},
    {Failure::kServerError, "server_error", true, true, kCounts, kNone, Blame::kEndpoint,
     StatusCode::kUnavailable},
    {Failure::kCredentials, "credentials", true, false, kSuspendsAtOnce, kNone, Blame::kEndpoint,
     StatusCode::kUnavailable},
    {Failure::kModelNotFound, "model_not_found", true, false, kCounts, kNone, Blame::kTarget,
     StatusCode::kUnavailable},
    {Failure::kContextLength, "context_length", false, false, kIgnored, kNone, Blame::kRequest,
     StatusCode::kInvalidArgument},
    {Failure::kContentFilter, "content_filter", false, false, kIgnored, kNone, Blame::kRequest,
     StatusCode::kInvalidArgument},
    {Failure::kInvalidRequest, "invalid_request", false, false, kIgnored, kNone, Blame::kRequest,
     StatusCode::kInvalidArgument},
    {Failure::kCancelled, "cancelled", false, false, kIgnored, kNone, Blame::kCaller, StatusCode::kCancelled},
    {Failure::kDeadline, "deadline", false, false, kIgnored, kNone, Blame::kCaller,
     StatusCode::kDeadlineExceeded},
}};

constexpr bool InEnumOrder() {
  for (std::size_t i = 0; i < kTraits.size(); ++i) {
    if (static_cast<std::size_t>(kTraits[i].failure) != i + 1) return false;
  }
  return true;
}
static_assert(InEnumOrder(), "TraitsOf indexes by the enum's number");

}  // namespace

const FailureTraits& TraitsOf(Failure failure) { return kTraits[static_cast<std::size_t>(failure) - 1]; }

const std::array<FailureTraits, kFailureCount>& AllFailureTraits() { return kTraits; }

std::optional<Failure> FailureFromName(std::string_view name) {
  for (const FailureTraits& traits : kTraits) {
    if (traits.name == name) return traits.failure;
  }
  return std::nullopt;
}

}  // namespace spillway::router
