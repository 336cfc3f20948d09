// What a policy may spend on further attempts, over all its calls.
//
// Each call puts aside `percent` hundredths of an attempt, each further attempt takes a whole one
// out, and `floor` attempts may be owed. Paid in attempts, so there is no clock. What is put aside
// is capped at the savings of 1,000 calls: a quiet day must not pay for a storm.
//
// Not thread-safe; a copy is an independent what-if.
#ifndef SPILLWAY_ROUTER_RETRY_BUDGET_H_
#define SPILLWAY_ROUTER_RETRY_BUDGET_H_

#include <cstdint>

#include "router/settings.h"

namespace spillway::router {

class RetryBudget {
 public:
  void OnCall(const RetryBudgetRules& rules);
  bool CanPay(const RetryBudgetRules& rules) const;
  void Pay();
  // Takes back the latest Pay: the attempt was not made.
  void Refund();

 private:
  // In hundredths of an attempt. Kept without the floor, so that a reload may change it.
  std::int64_t saved_ = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_RETRY_BUDGET_H_
