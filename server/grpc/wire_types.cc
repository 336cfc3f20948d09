#include "server/grpc/wire_types.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace spillway::server {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

WireTypes::WireTypes(const Descriptor& root) {
  std::vector<const Descriptor*> found = {&root};
  absl::flat_hash_map<const Descriptor*, Type> known = {{&root, kRoot}};
  for (std::size_t next = 0; next < found.size(); ++next) {
    const Descriptor& message = *found[next];
    std::vector<Type> fields;
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      if (field.type() != FieldDescriptor::TYPE_MESSAGE) continue;
      const auto [type, is_new] = known.emplace(field.message_type(), static_cast<Type>(found.size()));
      if (is_new) found.push_back(field.message_type());
      fields.resize(std::max(fields.size(), static_cast<std::size_t>(field.number()) + 1), kOpaque);
      fields[static_cast<std::size_t>(field.number())] = type->second;
    }
    types_.push_back(std::move(fields));
  }
}

}  // namespace spillway::server
