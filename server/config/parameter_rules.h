// What must hold of a target's `parameters`: names that a request has or a provider may know, values that
// the request can carry. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_CONFIG_PARAMETER_RULES_H_
#define SPILLWAY_SERVER_CONFIG_PARAMETER_RULES_H_

#include <google/protobuf/struct.pb.h>

#include <string>

#include "server/config/findings.h"

namespace spillway::server {

// `target_path`: of the target that has `parameters`.
void CheckParameters(const google::protobuf::Struct& parameters, const std::string& target_path,
                     Findings* findings);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_PARAMETER_RULES_H_
