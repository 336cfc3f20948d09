#include "providers/retry_hint.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "providers/duration_text.h"

namespace spillway::providers {
namespace {

using router::Duration;
using Hint = std::optional<Duration>;

// Zero says nothing.
Hint Positive(Hint hint) { return hint && *hint > Duration::zero() ? hint : std::nullopt; }

Hint Until(WallTime time, WallTime now) {
  return FromSeconds(std::chrono::duration<double>(time - now).count());
}

Hint FromRetryAfterMs(const HttpHeaders& headers) {
  const std::string* value = FindHeader(headers, "retry-after-ms");
  const auto number = value == nullptr ? std::nullopt : ParseDecimal(*value);
  return number ? Positive(FromSeconds(*number / 1000)) : std::nullopt;
}

Hint FromRetryAfter(const HttpHeaders& headers, WallTime now) {
  const std::string* value = FindHeader(headers, "retry-after");
  if (value == nullptr) return std::nullopt;
  if (const auto number = ParseDecimal(*value)) return Positive(FromSeconds(*number));
  const auto date = ParseHttpDate(*value, now);
  return date ? Positive(Until(*date, now)) : std::nullopt;
}

// A limit that a provider reports: what is left of it, and when it is full again.
struct Limit {
  std::string_view remaining;
  std::string_view reset;
  // Whether a bare number is a count of seconds or a Unix time. Under OpenAI's names it is
  // Azure's, which means sometimes seconds and sometimes milliseconds.
  bool bare_number;
};

constexpr std::array<Limit, 7> kLimits = {{
    {"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", false},
    {"x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens", false},
    {"x-ratelimit-remaining", "x-ratelimit-reset", true},
    {"anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", false},
    {"anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset", false},
    {"anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset", false},
    {"anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset", false},
}};

// A number too large for a count of seconds is a Unix time, in seconds or milliseconds.
Hint FromBareNumber(double number, WallTime now) {
  const double now_seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (number >= 1e12) return FromSeconds(number / 1000 - now_seconds);
  if (number >= 1e9) return FromSeconds(number - now_seconds);
  return FromSeconds(number);
}

Hint FromReset(const Limit& limit, const HttpHeaders& headers, WallTime now) {
  const std::string* remaining = FindHeader(headers, limit.remaining);
  const std::string* reset = FindHeader(headers, limit.reset);
  if (remaining == nullptr || reset == nullptr || ParseDecimal(*remaining) != 0.0) return std::nullopt;
  if (const auto number = ParseDecimal(*reset)) {
    return limit.bare_number ? Positive(FromBareNumber(*number, now)) : std::nullopt;
  }
  if (const auto duration = ParseDurationText(*reset)) return Positive(duration);
  const auto time = ParseRfc3339(*reset);
  return time ? Positive(Until(*time, now)) : std::nullopt;
}

Hint FromResets(const HttpHeaders& headers, WallTime now) {
  Hint latest;
  for (const Limit& limit : kLimits) {
    const Hint hint = FromReset(limit, headers, now);
    if (hint && (!latest || *hint > *latest)) latest = hint;
  }
  return latest;
}

}  // namespace

Hint FindRetryHint(const HttpResponse& response, const ErrorBody& body, WallTime now) {
  // Some say it of every answer; with an error inside a 200, it was said before there was one.
  const bool of_the_failure = response.status < 200 || response.status > 299;
  if (of_the_failure) {
    if (const Hint hint = FromRetryAfterMs(response.headers)) return hint;
    if (const Hint hint = FromRetryAfter(response.headers, now)) return hint;
  }
  if (const Hint hint = Positive(body.retry_delay)) return hint;
  if (const Hint hint = Positive(FindDurationHint(body.message))) return hint;
  return response.status == 429 ? FromResets(response.headers, now) : std::nullopt;
}

std::optional<bool> ShouldRetry(const HttpHeaders& headers) {
  const std::string* value = FindHeader(headers, "x-should-retry");
  if (value == nullptr || (*value != "true" && *value != "false")) return std::nullopt;
  return *value == "true";
}

}  // namespace spillway::providers
