// A JSON object that arrives in pieces. Pure.
#ifndef SPILLWAY_PROVIDERS_JSON_GROWTH_H_
#define SPILLWAY_PROVIDERS_JSON_GROWTH_H_

#include <boost/json.hpp>
#include <string_view>

namespace spillway::providers {

// A copy that outlives the document `object` is of.
boost::json::object Owned(const boost::json::object& object);

// Adds what `piece` holds under `name` to what `object` does: texts are joined, lists are appended, anything
// else replaces what was there. Null adds nothing.
void Grow(std::string_view name, const boost::json::value& piece, boost::json::object& object);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_JSON_GROWTH_H_
