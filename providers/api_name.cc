#include "providers/api_name.h"

#include <string>

#include "providers/struct_json.h"

namespace spillway::providers {

const google::protobuf::Struct* ScopedExtra(const google::protobuf::Struct& extra, v1::Api api) {
  return NestedExtra(extra, NameOf(api));
}

google::protobuf::Struct& MutableScopedExtra(google::protobuf::Struct& extra, v1::Api api) {
  return *(*extra.mutable_fields())[std::string(NameOf(api))].mutable_struct_value();
}

}  // namespace spillway::providers
