#include "tests/sim/schema_sample.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

namespace spillway::sim {
namespace json = boost::json;
namespace {

constexpr int kDeepest = 12;

json::value Sample(const json::value& schema, const json::value& root, int depth);

// Null unless `reference` is a path into the schema itself: "#/$defs/City".
const json::value* Resolve(const json::string& reference, const json::value& root) {
  if (!reference.starts_with("#")) return nullptr;
  json::error_code error;
  return root.find_pointer(reference.subview(1), error);
}

json::value SampleObject(const json::object& schema, const json::value& root, int depth) {
  json::object out;
  const json::value* properties = schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return out;
  for (const auto& [name, property] : properties->get_object()) out[name] = Sample(property, root, depth + 1);
  return out;
}

json::value SampleArray(const json::object& schema, const json::value& root, int depth) {
  json::array out;
  const json::value* items = schema.if_contains("items");
  if (items == nullptr) return out;
  const json::value* min = schema.if_contains("minItems");
  const std::int64_t wanted = min != nullptr && min->is_int64() ? min->get_int64() : 1;
  for (std::int64_t i = 0; i < wanted && i < 100; ++i) out.push_back(Sample(*items, root, depth + 1));
  return out;
}

json::value SampleOfType(const json::string& type, const json::object& schema, const json::value& root,
                         int depth) {
  if (type == "object") return SampleObject(schema, root, depth);
  if (type == "array") return SampleArray(schema, root, depth);
  if (type == "integer") return 1;
  if (type == "number") return 1.5;
  if (type == "boolean") return true;
  if (type == "null") return nullptr;
  return "example";
}

// The first of a list of schemas or values, or null.
const json::value* FirstOf(const json::object& schema, const char* key) {
  const json::value* list = schema.if_contains(key);
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return nullptr;
  return &list->get_array().front();
}

json::value Sample(const json::value& schema, const json::value& root, int depth) {
  const json::object* object = schema.if_object();
  if (object == nullptr) return "example";
  if (depth > kDeepest) return nullptr;
  if (const json::value* value = object->if_contains("const")) return *value;
  if (const json::value* value = FirstOf(*object, "enum")) return *value;
  if (const json::value* reference = object->if_contains("$ref");
      reference != nullptr && reference->is_string()) {
    const json::value* target = Resolve(reference->get_string(), root);
    return target == nullptr ? json::value() : Sample(*target, root, depth + 1);
  }
  for (const char* key : {"anyOf", "oneOf", "allOf"}) {
    if (const json::value* choice = FirstOf(*object, key)) return Sample(*choice, root, depth + 1);
  }
  const json::value* type = object->if_contains("type");
  if (type != nullptr && type->is_array()) type = FirstOf(*object, "type");
  if (type != nullptr && type->is_string()) return SampleOfType(type->get_string(), *object, root, depth);
  return object->contains("properties") ? SampleObject(*object, root, depth) : json::value("example");
}

}  // namespace

json::value SampleOf(const json::value& schema) { return Sample(schema, schema, 0); }

}  // namespace spillway::sim
