#include "providers/anthropic_schema_writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

using Entry = google::protobuf::Map<std::string, Value>::value_type;

// Keywords whose value is a schema, or a list of them.
constexpr std::array<std::string_view, 8> kSchemas = {"items", "anyOf", "allOf", "oneOf",
                                                      "not",   "if",    "then",  "else"};
// Keywords whose value names schemas.
constexpr std::array<std::string_view, 3> kNamedSchemas = {"properties", "$defs", "definitions"};

template <std::size_t size>
bool Contains(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// By name: the same schema makes the same bytes.
std::vector<const Entry*> Sorted(const Struct& object) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : object.fields()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->first < b->first; });
  return entries;
}

bool IsObject(const Value& type) {
  const auto& list = type.list_value().values();
  return type.string_value() == "object" || std::any_of(list.begin(), list.end(), [](const Value& element) {
           return element.string_value() == "object";
         });
}

bool DescribesObject(const Struct& schema) {
  const auto type = schema.fields().find("type");
  return type == schema.fields().end() ? schema.fields().contains("properties") : IsObject(type->second);
}

bool WriteSchemaValue(const Value& value, JsonWriter& json, FieldError& error) {
  if (value.has_struct_value()) return WriteClosedSchema(value.struct_value(), json, error);
  if (!value.has_list_value()) return WriteValue(value, json, error);
  const ListValue& list = value.list_value();
  json.BeginArray();
  for (int i = 0; i < list.values_size(); ++i) {
    if (!WriteSchemaValue(list.values(i), json, error)) return error.In("", static_cast<std::size_t>(i));
  }
  json.EndArray();
  return true;
}

bool WriteNamedSchemas(const Value& value, JsonWriter& json, FieldError& error) {
  if (!value.has_struct_value()) return WriteValue(value, json, error);
  json.BeginObject();
  for (const Entry* entry : Sorted(value.struct_value())) {
    json.Key(entry->first);
    if (!WriteSchemaValue(entry->second, json, error)) return error.In(entry->first);
  }
  json.EndObject();
  return true;
}

}  // namespace

bool WriteClosedSchema(const Struct& schema, JsonWriter& json, FieldError& error) {
  json.BeginObject();
  if (DescribesObject(schema) && !schema.fields().contains("additionalProperties")) {
    json.Key("additionalProperties");
    json.Bool(false);
  }
  for (const Entry* entry : Sorted(schema)) {
    json.Key(entry->first);
    const bool written = Contains(kNamedSchemas, entry->first) ? WriteNamedSchemas(entry->second, json, error)
                         : Contains(kSchemas, entry->first)    ? WriteSchemaValue(entry->second, json, error)
                                                               : WriteValue(entry->second, json, error);
    if (!written) return error.In(entry->first);
  }
  json.EndObject();
  return true;
}

}  // namespace spillway::providers
