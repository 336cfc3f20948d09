// One target's health: a circuit breaker whose every verdict names the attempt it rests on.
//
//                     max_fails failures, or one that
//                     suspends at once
//     +-----------+ ---------------------------------> +-----------+
//     | available |                                    | suspended | <--+
//     +-----------+ <--+                               +-----------+    |
//           ^          | success of the probe            |  |  ^        | by hand
//           |          |                          due:   |  |  | failure|
//    resume |     +---------+  one call enters           |  |  | of the probe:
//  (by hand)      | probing | <--------------------------+  |  | twice as long
//                 +---------+ -------------------------------+--+
//                      |  lease over, the probe said nothing about the
//                      +- target, or its endpoint is another one now:
//                         due again at once, for the next call
//
// Each transition starts a new epoch. An attempt enters with a ticket of the epoch it saw, and
// its result counts only in that epoch: a slow answer from before a suspension neither
// lengthens nor ends it, a lost probe that comes back late is not heard.
//
// Time is an argument. Not thread-safe; a copy is an independent what-if.
#ifndef SPILLWAY_ROUTER_TARGET_HEALTH_H_
#define SPILLWAY_ROUTER_TARGET_HEALTH_H_

#include <cstdint>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "router/failure.h"
#include "router/settings.h"
#include "router/time.h"

namespace spillway::router {

// Numbered as the metric spillway_target_state.
enum class TargetState : std::uint8_t { kAvailable = 0, kSuspended = 1, kProbing = 2 };

// Proof of entry: which epoch an attempt belongs to, and in which role it goes.
struct Ticket {
  enum class Role : std::uint8_t {
    kOrdinary,
    // The one call that finds out whether a suspended target is back.
    kProbe,
    // Sent to a suspended target for want of a better one. Its success counts as a probe's;
    // its failure is no news.
    kLastResort,
  };
  std::uint32_t epoch = 0;
  Role role = Role::kOrdinary;
};

// What the state looks like from outside.
struct HealthView {
  TargetState state = TargetState::kAvailable;
  // Suspended: when it is due back; kNever when suspended by hand without an end.
  Instant until;
  // The failure that suspended it; unset when by hand.
  std::optional<Failure> failure;
  bool by_hand = false;
  // Suspended because other models of its endpoint failed.
  bool with_endpoint = false;
  std::uint32_t fails = 0;
  std::uint32_t suspensions_in_a_row = 0;
  // Attempts under way.
  std::uint32_t in_flight = 0;
};

class TargetHealth {
 public:
  // What an attempt would meet at `now`: available, suspended, or probing by another call.
  // A suspension that is due shows as available to the one call that would probe.
  enum class Admission : std::uint8_t { kOpen, kProbeDue, kSuspended, kProbing };
  Admission Look(Instant now) const;

  // Enters; only after Look said kOpen or kProbeDue. A probe that has not reported by
  // `lease_end` is taken for lost.
  Ticket Enter(Instant now, Instant lease_end);

  // The probe is heard from and need not report before `lease_end`. No news if it was taken for lost.
  void ExtendLease(const Ticket& ticket, Instant lease_end);

  // Enters a suspended target regardless.
  Ticket EnterAsLastResort();

  // Every attempt that entered leaves once, whatever became of it and of its ticket.
  void Leave() { --in_flight_; }
  std::uint32_t in_flight() const { return in_flight_; }

  // The attempt's verdict. Each returns whether the state changed.
  bool OnSuccess(const Ticket& ticket, const HealthRules& rules);
  bool OnFailure(const Ticket& ticket, const FailedAttempt& attempt, const HealthRules& rules, Instant now);
  // The attempt ended without a word about the target (cancelled, the request's own fault).
  bool OnIgnored(const Ticket& ticket, Instant now);

  // Whether a failure that may be its endpoint's keeps it out at `now`.
  bool PointsAtEndpoint(Instant now) const;
  // Out with another target of its endpoint, for as long. False: no news, it was out or is being probed.
  bool SuspendWith(const TargetHealth& other);
  bool with_endpoint() const { return with_endpoint_; }

  // Its endpoint has another URL, key or authority than it had: a suspension that may have been the
  // endpoint's is due at once and counts no longer; a probe of the old one is not heard. Whether it was
  // out so.
  bool Reconsider(Instant now);

  // By an operator's hand.
  void Suspend(Instant until);
  void Resume();

  HealthView View(Instant now) const;

  // Failures counted towards the next suspension: in a row or in the window, whichever are more.
  std::uint32_t fails(Instant now) const;

 private:
  void Become(TargetState state);
  void SuspendFor(const FailedAttempt& attempt, const HealthRules& rules, Instant now);
  std::uint32_t CountFailure(const HealthRules& rules, Instant now);

  TargetState state_ = TargetState::kAvailable;
  bool by_hand_ = false;
  bool with_endpoint_ = false;
  std::optional<Failure> failure_;
  std::uint32_t epoch_ = 0;
  // Consecutive mode: failures in a row.
  std::uint32_t streak_ = 0;
  std::uint32_t suspensions_in_a_row_ = 0;
  std::uint32_t in_flight_ = 0;
  // Suspended: when due. Probing: when the probe's lease ends.
  Instant until_;
  // Window mode: until when each of the latest failures counts, at most max_fails of them.
  absl::InlinedVector<Instant, 2> counts_until_;
  // Of the policy that suspended it: a probe on behalf of a policy without memory keeps to them.
  // The default, without memory, when nobody or an operator's hand did.
  HealthRules suspended_by_;
};

// How long the `nth` suspension in a row lasts (0 is the first): the base doubled n times and
// capped, or the provider's own hint if that is longer. The hint is capped at 5 minutes, and at
// 24 hours for an exhausted quota, where a short try again is pointless.
Duration SuspensionLength(const FailedAttempt& attempt, const HealthRules& rules, std::uint32_t nth);

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_TARGET_HEALTH_H_
