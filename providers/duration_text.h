// Lengths of time as providers write them. Pure, locale-free, and never surprised: what is not
// a finite length from zero up is nothing, and nothing is longer than kLongestHint.
#ifndef SPILLWAY_PROVIDERS_DURATION_TEXT_H_
#define SPILLWAY_PROVIDERS_DURATION_TEXT_H_

#include <optional>
#include <string_view>

#include "router/time.h"

namespace spillway::providers {

// More than any provider means; what a broken one says is cut to it.
inline constexpr router::Duration kLongestHint = std::chrono::hours(24 * 366);

// Go's way, which is also protobuf's: "6m0s", "9m38.016s", "12ms", "83h10m39.057s", "34.4s".
// The whole text must be one.
std::optional<router::Duration> ParseDurationText(std::string_view text);

// The length a sentence gives after "try again in", "retry in", "retry after" or the like:
// "Please try again in 9m38.016s.", "Please retry after 60 seconds".
std::optional<router::Duration> FindDurationHint(std::string_view sentence);

// `seconds` as a duration: nothing when negative or not a number.
std::optional<router::Duration> FromSeconds(double seconds);

// A plain decimal number with nothing around it, such as "1.5".
std::optional<double> ParseDecimal(std::string_view text);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_DURATION_TEXT_H_
