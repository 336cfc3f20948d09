// What may travel in a gRPC header as text.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_HEADER_TEXT_H_
#define SPILLWAY_CLIENT_HEADER_TEXT_H_

#include <algorithm>
#include <string_view>

namespace spillway::client {

// Whether `value` is printable ASCII throughout. gRPC aborts the process on a header value that
// holds anything else, so nothing else must get that far.
inline bool IsHeaderText(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Said of a value that is not; never quotes it, for it may be a key.
inline constexpr std::string_view kNotHeaderText =
    "holds a character that cannot be sent in a header (only printable ASCII can)";

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_HEADER_TEXT_H_
