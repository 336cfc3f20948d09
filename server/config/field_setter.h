// Writes one scalar into one field of any type, singular or repeated, by reflection.
//
// google.protobuf.Duration counts as a scalar. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_FIELD_SETTER_H_
#define SPILLWAY_SERVER_CONFIG_FIELD_SETTER_H_

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "server/config/yaml_tree.h"

namespace spillway::server {

// Sets `field` of `out` to what `node` says, or appends it. INVALID_ARGUMENT, and `out` unchanged,
// if it says nothing that the field can hold.
absl::Status SetScalar(const YamlNode& node, const google::protobuf::FieldDescriptor* field,
                       google::protobuf::Message* out);

// Appends the type's zero value to the repeated scalar `field`: the place of an item that could not be read.
void AddDefault(const google::protobuf::FieldDescriptor* field, google::protobuf::Message* out);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_FIELD_SETTER_H_
