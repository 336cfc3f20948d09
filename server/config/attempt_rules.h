// What must hold of a policy's bounds on all attempts together: total_timeout and retry_budget. Pure,
// thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_ATTEMPT_RULES_H_
#define SPILLWAY_SERVER_CONFIG_ATTEMPT_RULES_H_

#include <cstdint>
#include <string>

#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

inline constexpr std::uint32_t kMaxBudgetPercent = 1'000;
inline constexpr std::uint32_t kMaxBudgetFloor = 10'000;

// A total_timeout leaves time for another target after a silent one.
void CheckTotalTimeout(const v1::Policy& policy, const std::string& path, Findings* findings);

void CheckRetryBudget(const v1::Policy& policy, const std::string& path, Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_ATTEMPT_RULES_H_
