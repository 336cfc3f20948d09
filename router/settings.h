// A policy's settings, defaults filled in. Plain values; config.proto describes each.
#ifndef SPILLWAY_ROUTER_SETTINGS_H_
#define SPILLWAY_ROUTER_SETTINGS_H_

#include <cstdint>
#include <optional>

#include "router/fail_on.h"
#include "router/time.h"

namespace spillway::router {

// How failures add up to a suspension.
enum class CountMode : std::uint8_t { kConsecutive, kWindow };

// What to do when every target of a route is suspended.
enum class AllSuspended : std::uint8_t { kFail, kLeastBad };

// When a target is suspended and for how long.
struct HealthRules {
  std::uint32_t max_fails = 1;
  CountMode count_mode = CountMode::kConsecutive;
  Duration fail_timeout = std::chrono::seconds(10);
  // Unset: failures are not remembered.
  std::optional<Duration> suspend_duration;
  Duration max_suspend_duration = std::chrono::minutes(5);
};

// Further attempts over all calls of a policy: at most `percent` of the calls plus `floor`.
struct RetryBudgetRules {
  std::uint32_t percent = 20;
  std::uint32_t floor = 10;
};

struct Settings {
  // One attempt at a whole answer.
  Duration request_timeout = std::chrono::seconds(60);
  // One attempt at a streamed answer, to its first token.
  Duration first_token_timeout = std::chrono::seconds(15);
  // Then, between two tokens.
  Duration stream_idle_timeout = std::chrono::seconds(30);
  // Whether whole answers are streamed by the provider, too.
  bool stream_unary = false;
  // Unset: the caller's deadline alone.
  std::optional<Duration> total_timeout;
  // Unset: as many as the route has further targets, same-target retries on top.
  std::optional<std::uint32_t> retries;
  std::uint32_t same_target_retries = 1;
  FailOn fail_on;
  HealthRules health;
  AllSuspended all_suspended = AllSuspended::kFail;
  // Unset: further attempts are bounded call by call only.
  std::optional<RetryBudgetRules> retry_budget;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_SETTINGS_H_
