// Looks into JSON whose shape nobody has vouched for yet.
//
// Pure; thread-safe. What is returned by pointer belongs to the object.
#ifndef SPILLWAY_TESTS_SIM_JSON_MEMBERS_H_
#define SPILLWAY_TESTS_SIM_JSON_MEMBERS_H_

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::sim {

std::string_view View(const boost::json::string& text);
boost::json::string_view JsonView(std::string_view text);

// Null if the member is absent or JSON's null.
const boost::json::value* Present(const boost::json::object& object, std::string_view name);

// Null unless the member is of that kind.
const boost::json::object* ObjectAt(const boost::json::object& object, std::string_view name);
const boost::json::array* ArrayAt(const boost::json::object& object, std::string_view name);

// "" unless the member is a string.
std::string TextAt(const boost::json::object& object, std::string_view name);

// The strings of a list, without whatever else is in it.
std::vector<std::string> TextsAt(const boost::json::object& object, std::string_view name);

// Nothing unless the member is a whole number.
std::optional<std::int64_t> IntegerAt(const boost::json::object& object, std::string_view name);

// Whether the member is JSON's true.
bool IsTrue(const boost::json::object& object, std::string_view name);

// The first member that is not among `known`; nothing if all are.
std::optional<std::string> UnknownMember(const boost::json::object& object,
                                         std::initializer_list<std::string_view> known);

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> known);

// Nothing but white space, or nothing at all.
bool IsBlank(std::string_view text);

// Letters, digits, "_" and "-": 1 to `longest`.
bool IsPlainName(std::string_view text, std::size_t longest);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_JSON_MEMBERS_H_
