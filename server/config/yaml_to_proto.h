// Fills a protobuf message from a YAML tree, by reflection: the schema is the only list of keys.
//
// Keys are field names in snake_case, scalars are read by scalar_values.h, a field that is written
// has a value (no null, no empty text). A google.protobuf.Struct is read by yaml_to_struct.h. Every mistake
// is reported, in one pass; what could be read is filled in, and a list has as many items as were written, so
// that paths stay true. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_YAML_TO_PROTO_H_
#define SPILLWAY_SERVER_CONFIG_YAML_TO_PROTO_H_

#include <google/protobuf/message.h>

#include <string>

#include "server/config/config_error.h"
#include "server/config/source_map.h"
#include "server/config/yaml_tree.h"

namespace spillway::server {

struct YamlToProtoOptions {
  // Full name of a message whose written content no error may repeat; empty: none.
  std::string secret_type;
  // What to say to somebody who writes such a value in place of the message.
  std::string secret_help;
};

// `root` must be a map and `message` empty. Positions and broken paths go to `source`.
void YamlToProto(const YamlNode& root, const YamlToProtoOptions& options, google::protobuf::Message* message,
                 SourceMap* source, ConfigErrors* errors);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_YAML_TO_PROTO_H_
