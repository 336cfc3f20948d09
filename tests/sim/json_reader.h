// Reads configuration out of JSON objects, with errors that name the field and unknown keys
// refused.
//
// Not thread-safe; refers to the object it was made for.
#ifndef SPILLWAY_TESTS_SIM_JSON_READER_H_
#define SPILLWAY_TESTS_SIM_JSON_READER_H_

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::sim {

// A mistake in a configuration, a script or a flag; what() names the field.
class InvalidConfig : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Parses JSON text; `what` names it in errors. Throws InvalidConfig.
boost::json::value ParseJson(std::string_view text, const std::string& what);

class ObjectReader {
 public:
  // `path` is how errors call the value: "personalities[0]". Throws InvalidConfig unless an object.
  ObjectReader(const boost::json::value& value, std::string path);

  // Each returns nothing if the key is absent, throws InvalidConfig if the type is wrong.
  std::optional<std::string> String(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> Number(std::string_view key, double min, double max);
  std::optional<std::vector<std::string>> Strings(std::string_view key);
  // An object of strings, in order.
  std::optional<std::vector<std::pair<std::string, std::string>>> StringMap(std::string_view key);
  const boost::json::value* Any(std::string_view key);

  // Throws InvalidConfig if the object holds a key that was not asked for.
  void RefuseUnknownKeys() const;

  // "personalities[0].listen".
  std::string PathOf(std::string_view key) const;

 private:
  const boost::json::object* object_;
  std::string path_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_JSON_READER_H_
