// The class of a failed attempt, and everything that follows from it.
//
// A failure is classified once, where the attempt ends (a codec for what a provider said,
// the transport for what happened on the way). From then on only this table is asked: does
// it spill, may the same target be tried again, does it count against the target's health,
// which status does the caller see if nothing better comes. Values, thread-safe.
#ifndef SPILLWAY_ROUTER_FAILURE_H_
#define SPILLWAY_ROUTER_FAILURE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "router/time.h"

namespace spillway::router {

// Numbered as spillway.v1.Failure, so that a cast converts (asserted in tests).
enum class Failure : std::uint8_t {
  kConnect = 1,
  kTimeout = 2,
  kFirstTokenTimeout = 3,
  kStalled = 4,
  kTruncated = 5,
  kMalformed = 6,
  kRateLimited = 7,
  kQuotaExhausted = 8,
  kOverloaded = 9,
  kServerError = 10,
  kCredentials = 11,
  kModelNotFound = 12,
  kContextLength = 13,
  kContentFilter = 14,
  kInvalidRequest = 15,
  kCancelled = 16,
  kDeadline = 17,
};

inline constexpr std::size_t kFailureCount = 17;

// What a failure means for the health of the target it happened at.
enum class HealthEffect : std::uint8_t {
  // Says nothing about the target: the request, the caller or the clock is to blame.
  kIgnored,
  // One of the `max_fails` that suspend it.
  kCounts,
  // Suspends it at once: trying again cannot help until somebody or some time mends it.
  kSuspendsAtOnce,
};

// Which word of `fail_on` covers a failure that has no HTTP status of its own.
enum class FailOnGroup : std::uint8_t { kNone, kError, kTimeout };

// Whose fault a failure is taken for.
enum class Blame : std::uint8_t {
  // This model at this endpoint.
  kTarget,
  // The target; and the endpoint, if several of its models fail so.
  kEndpoint,
  // The request: another target would say the same.
  kRequest,
  // The caller left, or gave too little time.
  kCaller,
};

struct FailureTraits {
  Failure failure;
  // As written in configuration, metrics and logs.
  std::string_view name;
  // Whether the next target is tried when the policy does not say otherwise.
  bool spills;
  // Whether the same target may be tried again at once. A server_error only when it is a lone 500,
  // a connect only when an established connection was reset.
  bool may_retry_same_target;
  HealthEffect health;
  FailOnGroup group;
  Blame blame;
  // What the caller sees when this is the last word.
  absl::StatusCode code;
};

// The row of `failure`.
const FailureTraits& TraitsOf(Failure failure);

// All rows, in the enum's order.
const std::array<FailureTraits, kFailureCount>& AllFailureTraits();

// The failure of that name, as configuration writes it.
std::optional<Failure> FailureFromName(std::string_view name);

// How an attempt failed: the class, and the evidence for people and for the trace.
struct FailedAttempt {
  Failure failure = Failure::kConnect;
  // 0 when no answer came, or the connection broke before its end.
  int http_status = 0;
  // How long the provider asked us to stay away. Uncapped; the health rules cap it.
  std::optional<Duration> retry_after;
  // The provider's own text, credentials removed, or what went wrong on the way to it.
  std::string message;
  // The provider's own code or type ("insufficient_quota"), where it gave one.
  std::string provider_code;
  // The member of the provider's request that it found at fault ("temperature"), where it named one.
  std::string provider_param;
  // Whether an established connection was reset before any byte of an answer: the one
  // connect failure that may be retried at the same target.
  bool connection_reset = false;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_FAILURE_H_
