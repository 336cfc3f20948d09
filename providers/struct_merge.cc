#include "providers/struct_merge.h"

#include <utility>

namespace spillway::providers {
namespace {

using google::protobuf::Value;

void Merge(Value from, Value& into) {
  if (from.has_list_value() && into.has_list_value()) {
    for (Value& element : *from.mutable_list_value()->mutable_values()) {
      *into.mutable_list_value()->add_values() = std::move(element);
    }
  } else if (from.has_struct_value() && into.has_struct_value()) {
    MergeStruct(std::move(*from.mutable_struct_value()), *into.mutable_struct_value());
  } else {
    into = std::move(from);
  }
}

}  // namespace

void MergeStruct(google::protobuf::Struct from, google::protobuf::Struct& into) {
  for (auto& [name, value] : *from.mutable_fields()) Merge(std::move(value), (*into.mutable_fields())[name]);
}

}  // namespace spillway::providers
