#include "router/retry_budget.h"

#include <algorithm>

namespace spillway::router {
namespace {

constexpr std::int64_t kAttempt = 100;
constexpr std::int64_t kCallsRemembered = 1000;

}  // namespace

void RetryBudget::OnCall(const RetryBudgetRules& rules) {
  saved_ = std::min(saved_ + rules.percent, rules.percent * kCallsRemembered);
}

bool RetryBudget::CanPay(const RetryBudgetRules& rules) const {
  return saved_ + rules.floor * kAttempt >= kAttempt;
}

void RetryBudget::Pay() { saved_ -= kAttempt; }

void RetryBudget::Refund() { saved_ += kAttempt; }

}  // namespace spillway::router
