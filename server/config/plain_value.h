// A YAML scalar without quotes, where the schema does not say what it should be.
//
// A bool, a number or a text; what YAML's versions or people read differently is none of them, and an error.
// Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_PLAIN_VALUE_H_
#define SPILLWAY_SERVER_CONFIG_PLAIN_VALUE_H_

#include <google/protobuf/struct.pb.h>

#include <string>

#include "absl/status/statusor.h"

namespace spillway::server {

// `text` is not empty. INVALID_ARGUMENT with a message for people. Numbers are doubles; a whole number that a
// double does not hold exactly is out of range.
absl::StatusOr<google::protobuf::Value> ReadPlainValue(const std::string& text);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_PLAIN_VALUE_H_
