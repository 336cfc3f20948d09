#include "providers/struct_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "providers/api_name.h"
#include "providers/json_document.h"

namespace spillway::providers {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

using Entry = google::protobuf::Map<std::string, Value>::value_type;
using Entries = absl::InlinedVector<const Entry*, 16>;

Entries Sorted(const Struct& value) {
  Entries entries;
  entries.reserve(value.fields_size());
  for (const Entry& entry : value.fields()) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->first < b->first; });
  return entries;
}

// What JSON cannot express ends the writing, with the fault in `error`; or is null where that is null.
bool Fault(std::string_view problem, JsonWriter& json, FieldError* error) {
  if (error != nullptr) return error->Set("", problem);
  json.Null();
  return true;
}

bool Write(const Value& value, JsonWriter& json, FieldError* error);

bool Write(const ListValue& list, JsonWriter& json, FieldError* error) {
  json.BeginArray();
  for (int i = 0; i < list.values_size(); ++i) {
    if (!Write(list.values(i), json, error)) return error->In("", static_cast<std::size_t>(i));
  }
  json.EndArray();
  return true;
}

bool Write(const Entry& member, JsonWriter& json, FieldError* error) {
  json.Key(member.first);
  return Write(member.second, json, error) || error->In(member.first);
}

bool Write(const Struct& value, JsonWriter& json, FieldError* error) {
  json.BeginObject();
  for (const Entry* member : Sorted(value)) {
    if (!Write(*member, json, error)) return false;
  }
  json.EndObject();
  return true;
}

bool Write(const Value& value, JsonWriter& json, FieldError* error) {
  switch (value.kind_case()) {
    case Value::kNullValue:
      json.Null();
      return true;
    case Value::kNumberValue:
      return json.Double(value.number_value()) || Fault("is not a finite number", json, error);
    case Value::kStringValue:
      json.String(value.string_value());
      return true;
    case Value::kBoolValue:
      json.Bool(value.bool_value());
      return true;
    case Value::kStructValue:
      return Write(value.struct_value(), json, error);
    case Value::kListValue:
      return Write(value.list_value(), json, error);
    case Value::KIND_NOT_SET:
      break;
  }
  return Fault("has no value", json, error);
}

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

void ReadNumber(double number, Value& out) {
  if (std::isfinite(number)) {
    out.set_number_value(number);
  } else {
    out.set_string_value(number > 0 ? "Infinity" : "-Infinity");
  }
}

}  // namespace

bool WriteStruct(const Struct& value, JsonWriter& json, FieldError& error) {
  return Write(value, json, &error);
}

bool WriteValue(const Value& value, JsonWriter& json, FieldError& error) {
  return Write(value, json, &error);
}

void WriteStructOrNull(const Struct& value, JsonWriter& json) { Write(value, json, nullptr); }

void WriteValueOrNull(const Value& value, JsonWriter& json) { Write(value, json, nullptr); }

void WriteMembersOrNull(const Struct& members, std::span<const std::string_view> passed_over,
                        JsonWriter& json) {
  if (members.fields().empty()) return;
  for (const Entry* member : Sorted(members)) {
    if (!Contains(passed_over, member->first)) Write(*member, json, nullptr);
  }
}

bool WriteMembers(const Struct& members, std::span<const std::string_view> reserved, JsonWriter& json,
                  FieldError& error, std::span<const std::string_view> done) {
  if (members.fields().empty()) return true;
  for (const Entry* member : Sorted(members)) {
    if (Contains(done, member->first)) continue;
    if (Contains(reserved, member->first)) return error.Set(member->first, "has a field of its own");
    if (!Write(*member, json, &error)) return false;
  }
  return true;
}

bool WriteExtra(const Struct& extra, std::span<const std::string_view> reserved, JsonWriter& json,
                FieldError& error, std::span<const std::string_view> done) {
  if (extra.fields().empty()) return true;
  std::vector<std::string_view> passed_over(done.begin(), done.end());
  passed_over.insert(passed_over.end(), kApiNames.begin(), kApiNames.end());
  return WriteMembers(extra, reserved, json, error, passed_over) || error.In("extra");
}

const Struct* NestedExtra(const Struct& extra, std::string_view name) {
  if (extra.fields().empty()) return nullptr;
  const auto found = extra.fields().find(std::string(name));
  if (found == extra.fields().end() || !found->second.has_struct_value()) return nullptr;
  return &found->second.struct_value();
}

void ReadStruct(const boost::json::object& object, Struct& out) {
  for (const auto& member : object) SetMember(View(member.key()), member.value(), out);
}

void ReadValue(const boost::json::value& value, Value& out) {
  switch (value.kind()) {
    case boost::json::kind::null:
      out.set_null_value(google::protobuf::NULL_VALUE);
      return;
    case boost::json::kind::bool_:
      out.set_bool_value(value.get_bool());
      return;
    case boost::json::kind::string:
      out.set_string_value(value.get_string().data(), value.get_string().size());
      return;
    case boost::json::kind::array: {
      ListValue& list = *out.mutable_list_value();
      for (const auto& element : value.get_array()) ReadValue(element, *list.add_values());
      return;
    }
    case boost::json::kind::object:
      ReadStruct(value.get_object(), *out.mutable_struct_value());
      return;
    default:
      ReadNumber(*AsDouble(value), out);
  }
}

void SetMember(std::string_view name, const boost::json::value& value, Struct& out) {
  google::protobuf::Value& member = (*out.mutable_fields())[std::string(name)];
  // What is there already would go on: lists and objects are read into.
  member.Clear();
  ReadValue(value, member);
}

}  // namespace spillway::providers
