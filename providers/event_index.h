// The number that an event gives the part of the answer it is about. Pure.
#ifndef SPILLWAY_PROVIDERS_EVENT_INDEX_H_
#define SPILLWAY_PROVIDERS_EVENT_INDEX_H_

#include <boost/json.hpp>
#include <cstdint>
#include <optional>

#include "providers/json_document.h"

namespace spillway::providers {

// Nothing where it gives none, or one that no answer gets to.
inline std::optional<std::int64_t> EventIndex(const boost::json::object& event) {
  constexpr std::int64_t kMost = 1000000000;
  const boost::json::value* value = event.if_contains("index");
  const auto index = value == nullptr ? std::nullopt : AsWhole(*value);
  return index && *index >= 0 && *index <= kMost ? index : std::nullopt;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_EVENT_INDEX_H_
