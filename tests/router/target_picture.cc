#include "tests/router/target_picture.h"

#include <algorithm>
#include <chrono>

namespace spillway::router {

using std::chrono::hours;
using std::chrono::minutes;

std::uint32_t TargetPicture::Fails(Instant now) const {
  std::uint32_t counting = 0;
  for (const Instant until : in_window) counting += until > now ? 1 : 0;
  return std::max(streak, counting);
}

bool TargetPicture::PointsAtEndpoint(Instant now) const {
  const bool out = state == TargetState::kSuspended && until > now;
  return out && failure && !with_endpoint && TraitsOf(*failure).blame == Blame::kEndpoint;
}

Duration Believed(const FailedAttempt& failed) {
  const bool quota = failed.failure == Failure::kQuotaExhausted;
  return std::min(failed.retry_after.value_or(Duration::zero()), quota ? Duration(hours(24)) : minutes(5));
}

Duration LengthOf(const FailedAttempt& failed, const HealthRules& rules, std::uint32_t in_a_row) {
  const Duration base = *rules.suspend_duration;
  const Duration longest = std::max(base, rules.max_suspend_duration);
  const bool quota = failed.failure == Failure::kQuotaExhausted;
  if (quota && failed.retry_after) return std::max(base, Believed(failed));
  Duration length = quota ? longest : base;
  for (; in_a_row > 0; --in_a_row) length = std::min(2 * length, longest);
  return std::max(length, Believed(failed));
}

}  // namespace spillway::router
