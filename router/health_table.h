// Every target's health, by slot, and which targets share an endpoint.
//
// A slot is given to an (endpoint, model) pair the first time a table names it and is kept for
// good, so that health outlives a reload and a call that still runs on an old table reports to the
// right place.
//
// Not thread-safe. A what-if keeps changes to itself; its base must outlive it.
#ifndef SPILLWAY_ROUTER_HEALTH_TABLE_H_
#define SPILLWAY_ROUTER_HEALTH_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "router/slot_table.h"
#include "router/table.h"
#include "router/target_health.h"

namespace spillway::router {

class HealthTable {
 public:
  // The slot of the target's endpoint and model, a new one if it has none yet.
  HealthSlot SlotOf(const TargetName& name);

  TargetHealth& operator[](HealthSlot slot) { return states_[slot]; }
  const TargetHealth& operator[](HealthSlot slot) const { return states_[slot]; }

  const TargetName& NameOf(HealthSlot slot) const { return directory_->names[slot]; }
  // The targets of the same endpoint, itself included.
  const std::vector<HealthSlot>& OfSameEndpoint(HealthSlot slot) const {
    return directory_->endpoints.at(NameOf(slot).endpoint);
  }
  // Every target that a table has ever named there.
  std::vector<HealthSlot> OfEndpoint(const std::string& endpoint) const {
    const auto found = directory_->endpoints.find(endpoint);
    return found == directory_->endpoints.end() ? std::vector<HealthSlot>() : found->second;
  }

  HealthTable WhatIf() const;

 private:
  struct Directory {
    std::vector<TargetName> names;
    absl::flat_hash_map<std::string, std::vector<HealthSlot>> endpoints;
  };

  SlotTable<TargetHealth> states_;
  std::shared_ptr<Directory> directory_ = std::make_shared<Directory>();
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_HEALTH_TABLE_H_
