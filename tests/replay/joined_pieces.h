// How pieces of JSON become a whole, for the readings of joined_stream.h. Pure.
#ifndef SPILLWAY_TESTS_REPLAY_JOINED_PIECES_H_
#define SPILLWAY_TESTS_REPLAY_JOINED_PIECES_H_

#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::replay {

// The member; null if there is none. Valid as long as what it is in.
const boost::json::value& In(const boost::json::value& value, std::string_view name);
const boost::json::value& In(const boost::json::object& object, std::string_view name);

// The member as text; empty if it is none.
template <typename Json>
std::string TextIn(const Json& json, std::string_view name) {
  const boost::json::value& member = In(json, name);
  return member.is_string() ? std::string(member.get_string().c_str()) : std::string();
}

// The member `index`, a whole number; 0 if there is none.
template <typename Json>
std::size_t IndexIn(const Json& json) {
  const boost::json::value& member = In(json, "index");
  return member.is_int64() ? static_cast<std::size_t>(member.get_int64()) : 0;
}

// The arguments of a call; an empty object where they are none, or not all there.
boost::json::value Parsed(std::string_view arguments);

// Appends a text to the member of that name. Nothing else is text.
void AddText(std::string_view name, const boost::json::value& piece, boost::json::object& whole);

// Lists are appended, objects merged, anything else but null replaces.
void Merge(const boost::json::object& piece, boost::json::object& whole);

// The element at `index`, an object, which is made if there is none, as are those before it.
boost::json::object& ElementAt(std::size_t index, boost::json::value& list);

// The object `name` of `whole`, made if there is none.
boost::json::object& ObjectIn(std::string_view name, boost::json::object& whole);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_JOINED_PIECES_H_
