// Rules about where and how the server listens. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_LISTENER_RULES_H_
#define SPILLWAY_SERVER_CONFIG_LISTENER_RULES_H_

#include "server/config/findings.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

void CheckListeners(const v1::Config& config, Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_LISTENER_RULES_H_
