// The referee's own account of retry budgets: what each policy's calls put aside and what further attempts
// took out.
//
// Kept by the policy's name and environment, across reloads.
#ifndef SPILLWAY_TESTS_ROUTER_BUDGET_LEDGER_H_
#define SPILLWAY_TESTS_ROUTER_BUDGET_LEDGER_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tests/router/plain_table.h"
#include "tests/router/record.h"

namespace spillway::router {

class BudgetLedger {
 public:
  explicit BudgetLedger(Record& record) : record_(record) {}

  // Another table is in force. Budgets go on.
  void Reload() { ++reloads_; }

  void Call(const PlainRoute& route) {
    if (!route.settings.retry_budget) return;
    const std::int64_t percent = route.settings.retry_budget->percent;
    Account& account = Of(route);
    account.put_aside += percent;
    // The savings of 1,000 calls are the most that is kept.
    account.left = std::min(account.left + percent, percent * 1000);
  }

  bool CanPay(const PlainRoute& route) {
    if (!route.settings.retry_budget) return true;
    return Of(route).left + FloorOf(route) >= kAttempt;
  }

  void FurtherAttempt(const PlainRoute& route) {
    if (!route.settings.retry_budget) return;
    record_.Note("further attempt under a budget");
    record_.Expect(CanPay(route), "a further attempt is paid out of what calls put aside");
    Account& account = Of(route);
    if (account.taken_out > 0 && account.reloads != reloads_) record_.Note("budget kept across a reload");
    account.reloads = reloads_;
    account.left -= kAttempt;
    account.taken_out += kAttempt;
    record_.Expect(account.taken_out <= account.put_aside + FloorOf(route),
                   "further attempts are at most percent of calls plus floor, at every instant");
  }

  // The latest further attempt was not made.
  void NotMade(const PlainRoute& route) {
    if (!route.settings.retry_budget) return;
    Of(route).left += kAttempt;
    Of(route).taken_out -= kAttempt;
  }

 private:
  // In hundredths.
  static constexpr std::int64_t kAttempt = 100;
  struct Account {
    std::int64_t put_aside = 0;
    std::int64_t taken_out = 0;
    std::int64_t left = 0;
    // How many reloads there had been at the latest further attempt.
    int reloads = 0;
  };

  static std::int64_t FloorOf(const PlainRoute& route) {
    return std::int64_t{route.settings.retry_budget->floor} * kAttempt;
  }
  Account& Of(const PlainRoute& route) { return accounts_[{route.policy, route.environment}]; }

  Record& record_;
  std::map<std::pair<std::string, Environment>, Account> accounts_;
  int reloads_ = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_BUDGET_LEDGER_H_
