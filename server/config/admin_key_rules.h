// What the configuration may say of who may use AdminService.
#ifndef SPILLWAY_SERVER_CONFIG_ADMIN_KEY_RULES_H_
#define SPILLWAY_SERVER_CONFIG_ADMIN_KEY_RULES_H_

#include "server/config/digest_rules.h"
#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// `digests` are those of all keys; a caller's must not be an operator's.
void CheckAdminKeys(const v1::Config& config, DigestRules& digests, Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_ADMIN_KEY_RULES_H_
