#include "server/config/field_setter.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/config/scalar_values.h"

namespace spillway::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Stores `value` by the setter or, in a repeated field, by the adder of its type.
template <typename Value, typename Stored>
absl::Status Store(absl::StatusOr<Value> value, const FieldDescriptor* field, Message* out,
                   void (Reflection::*set)(Message*, const FieldDescriptor*, Stored) const,
                   void (Reflection::*add)(Message*, const FieldDescriptor*, Stored) const) {
  if (!value.ok()) return value.status();
  (out->GetReflection()->*(field->is_repeated() ? add : set))(out, field,
                                                              static_cast<Stored>(*std::move(value)));
  return absl::OkStatus();
}

absl::Status StoreDuration(const YamlNode& node, const FieldDescriptor* field, Message* out) {
  const absl::StatusOr<google::protobuf::Duration> value = ReadDuration(node);
  if (!value.ok()) return value.status();
  const Reflection& reflection = *out->GetReflection();
  Message* target =
      field->is_repeated() ? reflection.AddMessage(out, field) : reflection.MutableMessage(out, field);
  target->CopyFrom(*value);
  return absl::OkStatus();
}

}  // namespace

absl::Status SetScalar(const YamlNode& node, const FieldDescriptor* field, Message* out) {
  using R = Reflection;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->type() == FieldDescriptor::TYPE_BYTES) break;
      return Store(ReadString(node), field, out, &R::SetString, &R::AddString);
    case FieldDescriptor::CPPTYPE_BOOL:
      return Store(ReadBool(node), field, out, &R::SetBool, &R::AddBool);
    case FieldDescriptor::CPPTYPE_INT32: {
      using Limits = std::numeric_limits<std::int32_t>;
      return Store(ReadInt(node, Limits::min(), Limits::max()), field, out, &R::SetInt32, &R::AddInt32);
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      using Limits = std::numeric_limits<std::int64_t>;
      return Store(ReadInt(node, Limits::min(), Limits::max()), field, out, &R::SetInt64, &R::AddInt64);
    }
    case FieldDescriptor::CPPTYPE_UINT32:
      return Store(ReadUint(node, std::numeric_limits<std::uint32_t>::max()), field, out, &R::SetUInt32,
                   &R::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return Store(ReadUint(node, std::numeric_limits<std::uint64_t>::max()), field, out, &R::SetUInt64,
                   &R::AddUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Store(ReadDouble(node, std::numeric_limits<float>::max()), field, out, &R::SetFloat,
                   &R::AddFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Store(ReadDouble(node, std::numeric_limits<double>::max()), field, out, &R::SetDouble,
                   &R::AddDouble);
    case FieldDescriptor::CPPTYPE_ENUM:
      return Store(ReadEnum(node, *field->enum_type()), field, out, &R::SetEnumValue, &R::AddEnumValue);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return StoreDuration(node, field, out);
  }
  return absl::InvalidArgumentError("a value of this type cannot be written in a file");
}

void AddDefault(const FieldDescriptor* field, Message* out) {
  const Reflection& reflection = *out->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.AddString(out, field, std::string());
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.AddBool(out, field, false);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.AddInt32(out, field, 0);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.AddInt64(out, field, 0);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.AddUInt32(out, field, 0);
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection.AddUInt64(out, field, 0);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return reflection.AddFloat(out, field, 0);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.AddDouble(out, field, 0);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.AddEnumValue(out, field, 0);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      reflection.AddMessage(out, field);
      return;
  }
}

}  // namespace spillway::server
