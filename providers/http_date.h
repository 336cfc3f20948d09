// Points in time as HTTP and RFC 3339 write them. Pure, locale-free.
#ifndef SPILLWAY_PROVIDERS_HTTP_DATE_H_
#define SPILLWAY_PROVIDERS_HTTP_DATE_H_

#include <chrono>
#include <optional>
#include <string_view>

namespace spillway::providers {

using WallTime = std::chrono::system_clock::time_point;

// The three forms of RFC 9110, section 5.6.7:
//   Sun, 06 Nov 1994 08:49:37 GMT     Sunday, 06-Nov-94 08:49:37 GMT     Sun Nov  6 08:49:37 1994
// `now` settles the century of the second: more than fifty years ahead means the last century.
// The weekday's name is not checked against the date.
std::optional<WallTime> ParseHttpDate(std::string_view text, WallTime now);

// "2026-08-19T14:34:12Z", with optional fraction and offset.
std::optional<WallTime> ParseRfc3339(std::string_view text);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_HTTP_DATE_H_
