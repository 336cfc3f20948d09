// Configuration to routing table: names resolved, defaults filled in, nothing decided.
//
// `priority` is no strategy of the router: it is a failover over groups of the same weight, the greatest
// first; a group of one is that node itself, a group of more a round robin. Pure, thread-safe.
#ifndef SPILLWAY_SERVER_TABLE_SPEC_H_
#define SPILLWAY_SERVER_TABLE_SPEC_H_

#include <set>
#include <vector>

#include "router/table.h"
#include "spillway/v1/config.pb.h"
#include "spillway/v1/router.pb.h"

namespace spillway::server {

// `config` is one the validator passed.
router::TableSpec TableSpecFrom(const v1::Config& config);

// What configuration says of a leaf of the table. Both null: an environment's primary endpoint.
struct ConfiguredLeaf {
  const v1::Policy* policy = nullptr;
  const v1::RouteNode* target = nullptr;
};

// One for each leaf of the table that is built from TableSpecFrom(config), in the order of LeafId: the router
// numbers leaves in the order of the spec, which a `priority` makes another one than the file's. Points
// into `config`.
std::vector<ConfiguredLeaf> LeavesOf(const v1::Config& config);

// What holds for the leaf, defaults filled in.
v1::TargetSettings SettingsOf(const ConfiguredLeaf& leaf);

// What the leaf's model cannot do.
std::set<v1::Capability> LacksOf(const ConfiguredLeaf& leaf);

// A policy's settings as the router uses them.
router::Settings SettingsFrom(const v1::Policy& policy);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_TABLE_SPEC_H_
