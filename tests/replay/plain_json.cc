#include "tests/replay/plain_json.h"

namespace spillway::replay {

namespace json = boost::json;

json::value Plain(const json::value& value) {
  if (value.is_number()) return json::value(value.to_number<double>());
  if (value.is_array()) {
    json::array out;
    for (const auto& element : value.get_array()) out.push_back(Plain(element));
    return out;
  }
  if (!value.is_object()) return json::value(value, json::storage_ptr());
  json::object out;
  for (const auto& member : value.get_object()) {
    if (!member.value().is_null()) out[member.key()] = Plain(member.value());
  }
  return out;
}

}  // namespace spillway::replay
