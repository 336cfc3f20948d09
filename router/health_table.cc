#include "router/health_table.h"

namespace spillway::router {

HealthSlot HealthTable::SlotOf(const std::string& endpoint, const std::string& model) {
  const auto [entry, added] =
      by_name_.try_emplace(std::pair(endpoint, model), static_cast<HealthSlot>(slots_.size()));
  if (added) slots_.emplace_back();
  return entry->second;
}

}  // namespace spillway::router
