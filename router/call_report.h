// What became of a call: every attempt, every target passed over, and the verdict. Status,
// metadata, metrics and the access log are read from it and from nothing else.
#ifndef SPILLWAY_ROUTER_CALL_REPORT_H_
#define SPILLWAY_ROUTER_CALL_REPORT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "router/failure.h"
#include "router/table.h"
#include "router/target_health.h"
#include "router/time.h"

namespace spillway::router {

struct AttemptRecord {
  LeafId leaf = 0;
  Ticket::Role role = Ticket::Role::kOrdinary;
  Instant start;
  Instant end;
  // Of a streamed answer: when its first token came.
  std::optional<Instant> first_token;
  // Unset: it succeeded.
  std::optional<FailedAttempt> failed;
  // 0 when no answer came, or the connection broke before its end.
  int http_status = 0;
  // The provider's id of the exchange; empty where it gave none.
  std::string provider_request_id;
};

// Why a call may not go to a leaf.
enum class SkipReason : std::uint8_t {
  kSuspended,
  // Another call is finding out whether it is back.
  kProbing,
  // It has as many attempts under way as it may have.
  kSaturated,
  // It takes no more tokens than a target that the request was too long for.
  kContextWindow,
  // Its API or its model cannot do what the request asks for.
  kUnsupported,
};

// As the trace writes it: "suspended", ….
std::string_view NameOf(SkipReason reason);

// A leaf passed over, and how its target stood then.
struct SkippedLeaf {
  LeafId leaf = 0;
  SkipReason reason = SkipReason::kSuspended;
  HealthView view;
  // Of kUnsupported: the field of the request, and why.
  std::string detail;
};

// How a call ended.
enum class Verdict : std::uint8_t {
  kServed,
  // Every target that may be tried was, and failed.
  kAllFailed,
  // No attempt was made: every target is suspended.
  kAllSuspended,
  // No attempt was made: every target that is not suspended has as many calls as it may have.
  kAllSaturated,
  // No attempt was made: no target can do what the request asks for.
  kAllUnsupported,
  // An attempt failed, and the policy's retry budget does not pay for another.
  kRetryBudgetSpent,
  // A failure that goes back to the caller: another target would not change it, or the
  // policy does not spill on it.
  kRefused,
  // A stream broke off after the caller had got a part of it, and may not have it taken back.
  kBroken,
  kDeadline,
  kCancelled,
};

// As ErrorInfo.reason: ALL_TARGETS_FAILED, ….
std::string_view NameOf(Verdict verdict);

struct CallReport {
  // Keeps `route` and the leaves' names alive, whatever table is in force by now.
  std::shared_ptr<const Table> table;
  const PolicyRoute* route = nullptr;
  absl::InlinedVector<AttemptRecord, 2> attempts;
  absl::InlinedVector<SkippedLeaf, 2> skipped;

  Verdict verdict = Verdict::kServed;
  absl::StatusCode code = absl::StatusCode::kOk;
  // From the call's end: when a target may be worth another try. Unset when nothing is known.
  std::optional<Duration> retry_after;

  // The attempt that served or was the last to fail; null when there was none.
  const AttemptRecord* last_attempt() const { return attempts.empty() ? nullptr : &attempts.back(); }
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_CALL_REPORT_H_
