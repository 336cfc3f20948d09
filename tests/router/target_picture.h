// What the referee believes of one target, and what follows from it for a suspension. Plain values.
#ifndef SPILLWAY_TESTS_ROUTER_TARGET_PICTURE_H_
#define SPILLWAY_TESTS_ROUTER_TARGET_PICTURE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "router/failure.h"
#include "router/settings.h"
#include "router/table.h"
#include "router/target_health.h"
#include "router/time.h"

namespace spillway::router {

struct TargetPicture {
  TargetName name;
  TargetState state = TargetState::kAvailable;
  // Suspended: when due; probing: when the probe is taken for lost.
  Instant until;
  std::optional<Failure> failure;
  bool by_hand = false;
  bool with_endpoint = false;
  // Of the policy whose failures suspended it.
  std::optional<HealthRules> suspended_by;
  // Suspensions since it was last available.
  std::uint32_t in_a_row = 0;
  // Changes of state: what an attempt saw of an earlier one is no longer news.
  int epoch = 0;
  std::uint32_t under_way = 0;
  // Failures held against it since the latest success, and until when others count.
  std::uint32_t streak = 0;
  std::vector<Instant> in_window;

  bool Admits(Instant now) const { return state == TargetState::kAvailable || until <= now; }
  std::uint32_t Fails(Instant now) const;
  // It is out, and its endpoint may be the reason.
  bool PointsAtEndpoint(Instant now) const;
};

// The hint of a provider, as far as it is believed.
Duration Believed(const FailedAttempt& failed);

// How long the failure suspends a target that was suspended `in_a_row` times before.
Duration LengthOf(const FailedAttempt& failed, const HealthRules& rules, std::uint32_t in_a_row);

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_TARGET_PICTURE_H_
