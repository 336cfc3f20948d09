// Readers of single values: a YAML scalar in, a value of the field's type or what is wrong out.
//
// They are stricter than YAML: what could mean two things means neither (`yes`, `010`, `30`
// for a duration). Errors are INVALID_ARGUMENT with a message for people. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_SCALAR_VALUES_H_
#define SPILLWAY_SERVER_CONFIG_SCALAR_VALUES_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/config/yaml_tree.h"

namespace spillway::server {

// "a list", "a mapping", "a text", for error messages. Never what it holds.
std::string_view KindName(const YamlNode& node);

// A scalar's text as written; a bare 401 is the text 401. Empty is an error: nothing is
// written in order to say nothing.
absl::StatusOr<std::string> ReadString(const YamlNode& node);

// Only `true` and `false`, without quotes.
absl::StatusOr<bool> ReadBool(const YamlNode& node);

// A decimal number without quotes, sign other than '-', or leading zeros, in [least, most].
absl::StatusOr<std::int64_t> ReadInt(const YamlNode& node, std::int64_t least, std::int64_t most);
absl::StatusOr<std::uint64_t> ReadUint(const YamlNode& node, std::uint64_t most);

// A decimal number without quotes, in [-most, most].
absl::StatusOr<double> ReadDouble(const YamlNode& node, double most);

// A value's name without the enum's prefix, in lower case: COUNT_MODE_WINDOW is `window`.
absl::StatusOr<int> ReadEnum(const YamlNode& node, const google::protobuf::EnumDescriptor& type);

// How configuration writes an enum's value.
std::string EnumWord(const google::protobuf::EnumValueDescriptor& value);

// One number and one unit: 1500ms, 1.5s, 5m, 1h. Longer than zero.
absl::StatusOr<google::protobuf::Duration> ReadDuration(const YamlNode& node);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_SCALAR_VALUES_H_
