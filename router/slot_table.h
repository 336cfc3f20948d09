// States by slot: a number that a name is given once and keeps for good.
//
// Routing tables come and go with each reload; what the router remembers must not. A table holds
// slots, calls on an old table report to the same ones, and a look-up is an index. The number of
// slots is bounded by the names ever configured.
//
// A what-if reads through to its base and keeps every change to itself. The base must outlive it
// and not change meanwhile. Not thread-safe.
#ifndef SPILLWAY_ROUTER_SLOT_TABLE_H_
#define SPILLWAY_ROUTER_SLOT_TABLE_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace spillway::router {

using Slot = std::uint32_t;

template <class State>
class SlotTable {
 public:
  // The name's slot, a new one if it has none yet. Not on a what-if.
  Slot SlotOf(const std::string& name) {
    const auto [entry, added] = by_name_.try_emplace(name, static_cast<Slot>(states_.size()));
    if (added) states_.emplace_back();
    return entry->second;
  }

  State& operator[](Slot slot) {
    if (base_ == nullptr) return states_[slot];
    return changed_.try_emplace(slot, base_->states_[slot]).first->second;
  }

  const State& operator[](Slot slot) const {
    if (base_ == nullptr) return states_[slot];
    const auto found = changed_.find(slot);
    return found == changed_.end() ? base_->states_[slot] : found->second;
  }

  SlotTable WhatIf() const {
    SlotTable what_if;
    what_if.base_ = this;
    return what_if;
  }

 private:
  std::vector<State> states_;
  absl::flat_hash_map<std::string, Slot> by_name_;
  const SlotTable* base_ = nullptr;
  // References into it stay good while it grows.
  std::unordered_map<Slot, State> changed_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_SLOT_TABLE_H_
