// What must hold of providers and endpoints beyond their types. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_ENDPOINT_RULES_H_
#define SPILLWAY_SERVER_CONFIG_ENDPOINT_RULES_H_

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

void CheckProviders(const v1::Config& config, Findings* findings);

void CheckEndpoints(const v1::Config& config, const ConfigIndex& index, Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_ENDPOINT_RULES_H_
