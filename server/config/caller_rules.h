// What must hold of callers: names, the digests of their keys, the names in their certificates, models that
// can be had. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_CALLER_RULES_H_
#define SPILLWAY_SERVER_CONFIG_CALLER_RULES_H_

#include "server/config/config_index.h"
#include "server/config/digest_rules.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

void CheckCallers(const v1::Config& config, const ConfigIndex& index, DigestRules& digests,
                  Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_CALLER_RULES_H_
