// What must hold of an endpoint's `api_version`. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_API_VERSION_RULES_H_
#define SPILLWAY_SERVER_CONFIG_API_VERSION_RULES_H_

#include <string>

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// Checks the endpoint at `path`. Says nothing of one whose provider is not known, or speaks no known API:
// that has been said.
void CheckApiVersion(const v1::Endpoint& endpoint, const std::string& path, const ConfigIndex& index,
                     Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_API_VERSION_RULES_H_
