// The table behind classify.h. Data only.
#ifndef SPILLWAY_PROVIDERS_CLASSIFY_RULES_H_
#define SPILLWAY_PROVIDERS_CLASSIFY_RULES_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "router/failure.h"

namespace spillway::providers {

// Groups of statuses, to be combined with |.
inline constexpr std::uint8_t kInside = 1 << 0;     // an error inside a 200, its own status unknown
inline constexpr std::uint8_t kBad = 1 << 1;        // 400, 422 and every 4xx not named below
inline constexpr std::uint8_t kForbidden = 1 << 2;  // 401, 403, 407
inline constexpr std::uint8_t kMissing = 1 << 3;    // 404, 405, 410
inline constexpr std::uint8_t kTooLarge = 1 << 4;   // 413
inline constexpr std::uint8_t kThrottled = 1 << 5;  // 429
inline constexpr std::uint8_t kServer = 1 << 6;     // 5xx
inline constexpr std::uint8_t kAnywhere = 0xFF;

enum class Look : std::uint8_t {
  // At the words meant for machines (type, code, status, reason, …): one of them is `pattern`.
  kWord,
  // At the sentence: it holds `pattern`.
  kText,
  // At the name of the quota that was exceeded: it holds `pattern`.
  kQuota,
};

struct Rule {
  std::uint8_t statuses;
  Look look;
  // Lower case.
  std::string_view pattern;
  router::Failure failure;
};

// In the order they are tried.
std::span<const Rule> ClassificationRules();

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_CLASSIFY_RULES_H_
