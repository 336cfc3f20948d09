// What must hold of a configuration beyond its schema: names, references, URLs, routes, bounds.
//
// All findings at once, each at its place in the file. Nothing is opened, resolved or connected
// to: secrets.h does what touches the machine. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_CONFIG_VALIDATOR_H_
#define SPILLWAY_SERVER_CONFIG_CONFIG_VALIDATOR_H_

#include "server/config/config_error.h"
#include "server/config/source_map.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Adds to `errors` what is wrong with `config`, which was read together with `source`.
void ValidateConfig(const v1::Config& config, const SourceMap& source, ConfigErrors* errors);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CONFIG_VALIDATOR_H_
