// A YAML map as a google.protobuf.Struct: for fields whose keys the schema leaves open.
//
// A text in quotes is a text; `null` or `~` is null; without quotes, `true` and `false` are bools, decimal
// numbers are numbers, and other words are texts. As everywhere in the file, what could mean two things means
// neither: `yes`, `010`, `0x10`, `.inf` and `1.2.3` need quotes if they are texts. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_YAML_TO_STRUCT_H_
#define SPILLWAY_SERVER_CONFIG_YAML_TO_STRUCT_H_

#include <google/protobuf/struct.pb.h>

#include <string>

#include "server/config/config_error.h"
#include "server/config/source_map.h"
#include "server/config/yaml_tree.h"

namespace spillway::server {

// Maps and lists within each other, the outermost included.
inline constexpr int kMaxStructDepth = 16;

// `map` is of that kind and `out` empty. What cannot be read is left out, reported, and marked as broken
// together with all that it is part of. Paths are KeyPath()s and ItemPath()s.
void YamlToStruct(const YamlNode& map, const std::string& path, google::protobuf::Struct* out,
                  SourceMap* source, ConfigErrors* errors);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_YAML_TO_STRUCT_H_
