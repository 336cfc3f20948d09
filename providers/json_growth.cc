#include "providers/json_growth.h"

namespace spillway::providers {

namespace json = boost::json;

json::object Owned(const json::object& object) { return {object, json::storage_ptr()}; }

void Grow(std::string_view name, const json::value& piece, json::object& object) {
  if (piece.is_null()) return;
  json::value& whole = object[json::string_view(name.data(), name.size())];
  if (whole.is_string() && piece.is_string()) {
    whole.get_string().append(piece.get_string());
  } else if (whole.is_array() && piece.is_array()) {
    for (const auto& element : piece.get_array()) whole.get_array().push_back(element);
  } else {
    whole = json::value(piece, object.storage());
  }
}

}  // namespace spillway::providers
