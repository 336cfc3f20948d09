// Watches every step of every call and says which rule of the router it breaks.
//
// It keeps a memory of each call from the steps alone, a picture of the targets (target_ledger.h), of whose
// turn it is (turn_ledger.h) and of what retries may cost (budget_ledger.h), and reads tables as they are
// specified (plain_table.h). It shares no code with the core beyond the traits of failures and `fail_on`.
#ifndef SPILLWAY_TESTS_ROUTER_REFEREE_H_
#define SPILLWAY_TESTS_ROUTER_REFEREE_H_

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "router/router.h"
#include "tests/router/budget_ledger.h"
#include "tests/router/plain_table.h"
#include "tests/router/record.h"
#include "tests/router/target_ledger.h"
#include "tests/router/turn_ledger.h"

namespace spillway::router {

class Referee {
 public:
  explicit Referee(Record& record) : record_(record), targets_(record), turns_(record), budgets_(record) {}

  // A table is in force from now on.
  void Adopt(const TableSpec& spec, const Table& table);
  // `plan`: null when the router had none for the call.
  void Begin(int call, const Plan* plan, std::string_view model, Environment environment, Instant now,
             Instant deadline, AnswerForm form);
  // `transitions` are those of this very step.
  void Judge(int call, const Plan& plan, const Event& event, const Step& step, Transitions transitions,
             Instant now);
  void SuspendedByHand(const TargetName& name, Instant until, Transitions transitions) {
    targets_.SuspendedByHand(name, until, transitions);
  }
  void ResumedByHand(const TargetName& name, Transitions transitions) {
    targets_.ResumedByHand(name, transitions);
  }
  // The picture and the router's own account must agree.
  void Compare(const std::vector<TargetStatus>& targets, Instant now) { targets_.Compare(targets, now); }
  // At the end of the day.
  void JudgeEnd();

  bool IsDone(int call) const { return calls_.at(call).done; }

 private:
  // Whom a failed attempt is held against.
  enum class Held { kTarget, kEndpoint, kRequest, kCaller, kNobody, kLeftToRetry };

  struct Call {
    const PlainRoute* route = nullptr;
    const CallReport* report = nullptr;
    Instant deadline;
    AnswerForm form = AnswerForm::kWhole;
    // By number within the route, in the order tried; the same again for a same-target retry.
    std::vector<std::size_t> tries;
    std::set<std::size_t> tried;
    // Of those: what cannot do what the call asks for. No attempt was made there.
    std::set<std::size_t> unable;
    // Where the call's turn fell, by node.
    std::map<std::size_t, std::size_t> turns;
    std::size_t same_target = 0;
    std::size_t skipped = 0;
    bool under_way = false;
    // Of the attempt under way: until when it may go on, and whether its first token has come.
    Instant attempt_until;
    bool token = false;
    bool asleep = false;
    bool done = false;
    Stay stay;
    // How attempts failed, in order.
    std::vector<FailedAttempt> failures;
    const Settings& settings() const { return route->settings; }
    bool reached_caller() const { return token && form != AnswerForm::kWhole; }
  };

  TargetPicture& TargetOf(const Call& call, std::size_t leaf) {
    return targets_.Of(call.route->leaves[leaf].name);
  }
  const LeafSettings& LeafOf(const Call& call, std::size_t leaf) const {
    return call.route->leaves[leaf].settings;
  }

  // What is admissible, and what a call may do.
  std::optional<SkipReason> WhyNot(const Call& call, std::size_t leaf, Instant now);
  bool Admits(const Call& call, std::size_t leaf, Instant now);
  bool AnyAdmits(const Call& call, std::size_t first, std::size_t end, Instant now);
  OpenChildren OpenOf(const Call& call, const PlainNode& node, Instant now);
  bool IsLargeEnough(const Call& call, std::size_t leaf) const;
  bool IsSaturated(const Call& call, std::size_t leaf);
  std::size_t Allowed(const Call& call) const;
  bool MayRetrySame(const Call& call, const FailedAttempt& failed, Instant now);
  bool MayRetryAfterSleep(const Call& call, Instant now);
  bool EndsCall(const Call& call) const;

  void JudgeFirstToken(Call& call, const Step& step, Transitions transitions, Instant now);

  // The end of an attempt.
  Held JudgeFailed(Call& call, const FailedAttempt& failed, bool retried, Transitions transitions,
                   Instant now);
  void JudgeNotMade(Call& call, Transitions transitions, Instant now);
  void JudgeEndOfAttempt(Call& call, const Event& event, bool retried, Transitions transitions, Instant now);

  // The step that follows.
  void JudgeSkipped(Call& call, Instant now);
  void JudgeTry(Call& call, const Try& attempt, bool retried, Transitions transitions, Instant now);
  void JudgeDeadline(const Call& call, std::size_t leaf, const Try& attempt, Instant now);
  void JudgeFirstTime(Call& call, std::size_t leaf, Instant now);
  void JudgeChoice(Call& call, std::size_t at, std::size_t child, const OpenChildren& open);
  void JudgeLastResort(Call& call, std::size_t leaf, Instant now);
  void JudgeSleep(const Call& call, const Sleep& sleep, Instant now);
  void JudgeDone(const Call& call, const Event& event, Instant now);
  void JudgeVerdict(const Call& call, const Event& event, Instant now);
  void JudgeTurnedAway(const Call& call, Instant now);
  void JudgeRetryAfter(const Call& call, Instant now);

  Record& record_;
  TargetLedger targets_;
  TurnLedger turns_;
  BudgetLedger budgets_;
  // All there ever were: calls end on the table they began with.
  std::deque<PlainTable> tables_;
  std::map<int, Call> calls_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_REFEREE_H_
