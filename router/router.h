// The router: the table in force, every target's health, one seeded engine.
//
// It decides for calls (Begin, On), explains what it would decide (Explain: the same code on a
// copy of the health), and takes an operator's word (Suspend, Resume). Reads no clock. Not
// thread-safe: the server puts it behind one short lock that is never held across a wait.
#ifndef SPILLWAY_ROUTER_ROUTER_H_
#define SPILLWAY_ROUTER_ROUTER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "router/memory.h"
#include "router/plan.h"
#include "router/table.h"

namespace spillway::router {

// A target of a route as a call would meet it now.
struct Candidate {
  LeafId leaf = 0;
  bool would_try = false;
  // Why: "first choice", "next, if those before it fail", "suspended", …
  std::string_view reason;
  HealthView view;
};

struct Explanation {
  std::shared_ptr<const Table> table;
  const PolicyRoute* route = nullptr;
  // Those that would be tried, in order; then the others as they are written.
  std::vector<Candidate> candidates;
};

// A target and where it stands.
struct TargetStatus {
  TargetName name;
  HealthView view;
};

class Router {
 public:
  // The same seed and the same calls give the same decisions.
  Router(const TableSpec& spec, std::uint64_t seed);

  // Puts a new table in force. Calls under way end on the old one; the health of targets that
  // both name is kept.
  void Replace(const TableSpec& spec);

  // A plan for a call, to be driven by On; nothing when no policy names the model and the
  // environment has no primary endpoint.
  std::optional<Plan> Begin(std::string_view model, Environment environment, Instant now, Instant deadline,
                            AnswerForm form = AnswerForm::kWhole) const;

  Step On(Plan& plan, Event event, Instant now);

  // What a call would do at `now`. Changes nothing.
  std::optional<Explanation> Explain(std::string_view model, Environment environment, Instant now) const;

  // Every target of the table in force, each once, in the order of configuration.
  std::vector<TargetStatus> Targets(Instant now) const;

  // By hand. False: no such target. `until` may be kNever.
  bool Suspend(std::string_view endpoint, std::string_view model, Instant until, Instant now);
  bool Resume(std::string_view endpoint, std::string_view model, Instant now);

  const std::shared_ptr<const Table>& table() const { return table_; }

  // The endpoint is reached in another way than before: its URL, key or authorities have changed. Its
  // targets that are out for what may have been the endpoint's fault are due at once.
  void Reconsider(std::string_view endpoint, Instant now);

  // What changed since the last call of this, for logs and metrics.
  std::vector<Transition> TakeTransitions();
  bool has_transitions() const { return !transitions_.empty(); }

 private:
  const Leaf* FindTarget(std::string_view endpoint, std::string_view model) const;
  void Report(HealthSlot slot, Instant now);

  Memory memory_;
  std::shared_ptr<const Table> table_;
  std::mt19937_64 engine_;
  std::vector<Transition> transitions_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_ROUTER_H_
