// Strict reading of one request field: the right type, or a sentence about the wrong one. Pure.
//
// Every function returns false after error.Set with an empty path: the caller knows the name.
#ifndef SPILLWAY_PROVIDERS_OPENAI_FIELD_READER_H_
#define SPILLWAY_PROVIDERS_OPENAI_FIELD_READER_H_

#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/field_error.h"
#include "providers/json_document.h"
#include "providers/struct_json.h"

namespace spillway::providers {

inline bool TakeText(const boost::json::value& value, std::string& out, FieldError& error) {
  const auto text = AsText(value);
  if (!text) return error.Set("", "must be a string");
  out = std::string(*text);
  return true;
}

inline bool TakeBool(const boost::json::value& value, bool& out, FieldError& error) {
  if (!value.is_bool()) return error.Set("", "must be true or false");
  out = value.get_bool();
  return true;
}

inline bool TakeDouble(const boost::json::value& value, double& out, FieldError& error) {
  const auto number = AsDouble(value);
  if (!number) return error.Set("", "must be a number");
  if (!std::isfinite(*number)) return error.Set("", "is out of range");
  out = *number;
  return true;
}

// A whole number; 3.0 is one.
template <typename Int>
bool TakeInt(const boost::json::value& value, Int& out, FieldError& error) {
  const auto number = AsWhole(value);
  const bool whole = number && AsDouble(value) == static_cast<double>(*number);
  if (!whole) return error.Set("", "must be an integer");
  if (*number < std::numeric_limits<Int>::min() || *number > std::numeric_limits<Int>::max()) {
    return error.Set("", "is out of range");
  }
  out = static_cast<Int>(*number);
  return true;
}

inline bool TakeStruct(const boost::json::value& value, google::protobuf::Struct& out, FieldError& error) {
  const auto* object = value.if_object();
  if (object == nullptr) return error.Set("", "must be an object");
  ReadStruct(*object, out);
  return true;
}

// The elements of a list of objects, one by one: read(object, element of out, error).
template <typename Repeated, typename Read>
bool TakeObjects(const boost::json::value& value, Repeated& out, FieldError& error, Read read) {
  const auto* list = value.if_array();
  if (list == nullptr) return error.Set("", "must be a list");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto* object = (*list)[i].if_object();
    const bool read_well =
        object == nullptr ? error.Set("", "must be an object") : read(*object, *out.Add(), error);
    if (!read_well) return error.In("", i);
  }
  return true;
}

// The strings of a list.
template <typename Repeated>
bool TakeTexts(const boost::json::value& value, Repeated& out, FieldError& error) {
  const auto* list = value.if_array();
  if (list == nullptr) return error.Set("", "must be a list of strings");
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!TakeText((*list)[i], *out.Add(), error)) return error.In("", i);
  }
  return true;
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OPENAI_FIELD_READER_H_
