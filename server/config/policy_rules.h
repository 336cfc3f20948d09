// What must hold of policies and their settings. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_POLICY_RULES_H_
#define SPILLWAY_SERVER_CONFIG_POLICY_RULES_H_

#include <cstdint>

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Bounds that no sensible configuration meets; what is beyond them is a slip of the hand.
inline constexpr std::uint32_t kMaxRetries = 100;
inline constexpr std::uint32_t kMaxSameTargetRetries = 10;
inline constexpr std::uint32_t kMaxMaxFails = 10'000;

void CheckPolicies(const v1::Config& config, const ConfigIndex& index, Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_POLICY_RULES_H_
