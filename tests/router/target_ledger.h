// The referee's own picture of every target, by name: what became of it by what was reported about it, and
// by nothing else.
//
// Attempts enter and end, an operator interferes; the ledger draws the conclusions the rules ask
// for and holds the router's transitions and views to them. It shares the traits of failures with the core
// and no other code. Targets, once known, are kept and stay where they are.
#ifndef SPILLWAY_TESTS_ROUTER_TARGET_LEDGER_H_
#define SPILLWAY_TESTS_ROUTER_TARGET_LEDGER_H_

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "router/router.h"
#include "tests/router/record.h"
#include "tests/router/target_picture.h"

namespace spillway::router {

using Transitions = std::span<const Transition>;

// An attempt's stay at a target.
struct Stay {
  TargetPicture* target = nullptr;
  Ticket::Role role = Ticket::Role::kOrdinary;
  int epoch = 0;
};

class TargetLedger {
 public:
  explicit TargetLedger(Record& record) : record_(record) {}

  TargetPicture& Of(const TargetName& name);

  // `transitions` are those that followed, all of them.
  Stay Enter(TargetPicture& target, Ticket::Role role, Instant heard_of_by, Transitions transitions,
             Instant now);
  // The first token of a stay that may last until then.
  void HeardOf(const Stay& stay, Instant until, Transitions transitions, Instant now);
  // The ends of a stay. The attempt is no longer under way after Leave, which comes first.
  void Leave(const Stay& stay) { --stay.target->under_way; }
  void Succeeded(const Stay& stay, const HealthRules& rules, Transitions transitions);
  void HeldAgainst(const Stay& stay, const FailedAttempt& failed, const HealthRules& rules,
                   Transitions transitions, Instant now);
  void NoWord(const Stay& stay, Transitions transitions, Instant now);

  void SuspendedByHand(const TargetName& name, Instant until, Transitions transitions);
  void ResumedByHand(const TargetName& name, Transitions transitions);

  // The router's own account must agree with the picture.
  void Compare(const std::vector<TargetStatus>& targets, Instant now);
  // No attempt is under way anywhere.
  bool Quiet() const;

 private:
  void Become(TargetPicture& target, TargetState state, Instant until);
  void Suspend(TargetPicture& target, const FailedAttempt& failed, const HealthRules& rules, Instant now);
  void SpreadOutage(const TargetPicture& suspended, Instant now);
  void BringBack(TargetPicture& target);
  std::vector<TargetPicture*> OthersOfEndpoint(const TargetPicture& target);
  // What has Become since the last time, and nothing else, was announced.
  void ExpectAnnounced(Transitions transitions, std::string_view rule);

  Record& record_;
  // By endpoint and model.
  std::map<std::pair<std::string, std::string>, TargetPicture> targets_;
  std::vector<TargetPicture*> changed_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_TARGET_LEDGER_H_
