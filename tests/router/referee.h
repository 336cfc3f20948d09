// Watches every step of every call and says which rule of the router it breaks.
//
// It keeps a picture of each target from the transitions alone, by name, and a memory of each
// call from the steps alone. It shares no code with the core beyond the traits and `fail_on`.
#ifndef SPILLWAY_TESTS_ROUTER_REFEREE_H_
#define SPILLWAY_TESTS_ROUTER_REFEREE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "router/router.h"

namespace spillway::router {

class Referee {
 public:
  void Begin(int call, const Plan& plan, Instant now, Instant deadline);
  // `transitions` are those of this very step.
  void Judge(int call, const Plan& plan, const Event& event, const Step& step,
             const std::vector<Transition>& transitions, Instant now);
  // After Suspend or Resume of `name` by hand.
  void Operator(const TargetName& name, const std::vector<Transition>& transitions, Instant now);
  // The picture and the router's own account must agree.
  void Compare(const std::vector<TargetStatus>& targets, Instant now);
  void Expect(bool holds, const std::string& rule);

  bool IsDone(int call) const { return calls_.at(call).done; }
  // At most the first few.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Target {
    TargetState state = TargetState::kAvailable;
    // Suspended: when due; probing: when the lease ends.
    Instant until;
    bool by_hand = false;
    // Suspended by failures, under a policy that remembers.
    bool remembered = false;
    // Suspensions by failures since it was last available.
    int in_a_row = 0;
    int epoch = 0;
    bool Admits(Instant now) const { return state == TargetState::kAvailable || until <= now; }
  };
  struct Memory {
    const CallReport* report = nullptr;
    Instant deadline;
    std::set<LeafId> tried;
    std::size_t tries = 0;
    std::size_t same_target = 0;
    bool under_way = false;
    bool asleep = false;
    bool done = false;
    LeafId leaf = 0;
    Ticket::Role role = Ticket::Role::kOrdinary;
    int epoch = 0;
    std::optional<FailedAttempt> failed;
    const Settings& settings() const { return report->route->settings; }
  };

  Target& TargetOf(const Leaf& leaf) { return targets_[{leaf.name.endpoint, leaf.name.model}]; }
  Target& TargetOf(const Memory& call, LeafId leaf) { return TargetOf(call.report->table->leaf(leaf)); }
  void Apply(const Transition& transition, Instant now);

  void JudgeVerdict(const Memory& call, const Event& event, const Transition& transition, Instant now);
  void JudgeSilence(const Memory& call, const Target& before, const Event& event, const Step& step);
  void JudgeEntry(const Memory& call, const Step& step, const Transition& transition, Instant now);
  void JudgeLength(const Settings& settings, const FailedAttempt& failed, int in_a_row, Duration length);
  void JudgeTry(Memory& call, const Try& attempt, bool entered, Instant now);
  void JudgeRepeat(Memory& call, const Try& attempt);
  void JudgeOrder(const Memory& call, const Try& attempt, Instant now);
  void JudgeSleep(const Memory& call, const Sleep& sleep, Instant now);
  void JudgeDone(const Memory& call, const Event& event, Instant now);
  bool AnyLeft(const Memory& call, Instant now);
  bool AllByHand(const Memory& call);

  std::map<std::pair<std::string, std::string>, Target> targets_;
  std::map<int, Memory> calls_;
  std::vector<std::string> violations_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_REFEREE_H_
