// A number of tokens, as providers report it. Pure.
#ifndef SPILLWAY_PROVIDERS_TOKEN_COUNT_H_
#define SPILLWAY_PROVIDERS_TOKEN_COUNT_H_

#include <boost/json.hpp>
#include <cstdint>
#include <optional>

#include "providers/json_document.h"

namespace spillway::providers {

// Nothing for what is no count: no number, less than 0, or beyond 2^53, which is far beyond any count and
// far from where sums of a few of them overflow.
inline std::optional<std::int64_t> AsTokenCount(const boost::json::value& value) {
  const auto number = AsWhole(value);
  return number && *number >= 0 && *number <= std::int64_t{1} << 53 ? number : std::nullopt;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_TOKEN_COUNT_H_
