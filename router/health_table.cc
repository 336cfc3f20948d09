#include "router/health_table.h"

namespace spillway::router {

HealthSlot HealthTable::SlotOf(const TargetName& name) {
  std::string key = name.endpoint;
  key += '\0';
  key += name.model;
  const HealthSlot slot = states_.SlotOf(key);
  if (slot < directory_->names.size()) {
    // An endpoint may have moved to another provider.
    directory_->names[slot] = name;
  } else {
    directory_->names.push_back(name);
    directory_->endpoints[name.endpoint].push_back(slot);
  }
  return slot;
}

HealthTable HealthTable::WhatIf() const {
  HealthTable what_if;
  what_if.states_ = states_.WhatIf();
  what_if.directory_ = directory_;
  return what_if;
}

}  // namespace spillway::router
