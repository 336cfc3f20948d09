// What an endpoint's credentials must be like: api_key, and aws. Pure.
#ifndef SPILLWAY_SERVER_CONFIG_CREDENTIAL_RULES_H_
#define SPILLWAY_SERVER_CONFIG_CREDENTIAL_RULES_H_

#include <string>

#include "server/config/config_index.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// `path` is the endpoint's.
void CheckCredentials(const v1::Endpoint& endpoint, const std::string& path, const ConfigIndex& index,
                      Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CREDENTIAL_RULES_H_
