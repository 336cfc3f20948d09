// A configuration as its file would say it.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_CONFIG_YAML_H_
#define SPILLWAY_CLIENT_COMMAND_CONFIG_YAML_H_

#include <string>

#include "spillway/v1/config.pb.h"

namespace spillway::client {

// YAML that the server reads as the same configuration; without comments, in the schema's order.
std::string ConfigYaml(const v1::Config& config);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_CONFIG_YAML_H_
