// Configuration to routing table: names resolved, defaults filled in, nothing decided.
#ifndef SPILLWAY_SERVER_TABLE_SPEC_H_
#define SPILLWAY_SERVER_TABLE_SPEC_H_

#include "router/table.h"
#include "spillway/v1/config.pb.h"

namespace spillway::server {

// `config` is one the validator passed.
router::TableSpec TableSpecFrom(const v1::Config& config);

// A policy's settings as the router uses them.
router::Settings SettingsFrom(const v1::Policy& policy);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TABLE_SPEC_H_
