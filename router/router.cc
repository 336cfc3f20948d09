#include "router/router.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "router/table_builder.h"

namespace spillway::router {
namespace {

std::string_view ReasonPassedOver(const HealthView& view, Instant now) {
  if (view.state == TargetState::kProbing) return "another call is finding out whether it is back";
  if (view.state == TargetState::kSuspended && view.until > now)
    return view.by_hand ? "suspended by hand" : "suspended";
  return "beyond the policy's retries";
}

std::string_view ReasonTried(const AttemptRecord& attempt, bool first) {
  if (attempt.role == Ticket::Role::kProbe) return "due back: the next call probes it";
  if (attempt.role == Ticket::Role::kLastResort)
    return "every target is suspended; this one is due back soonest";
  return first ? "first choice" : "next, if those before it fail";
}

}  // namespace

Router::Router(const TableSpec& spec, std::uint64_t seed) : engine_(seed) { Replace(spec); }

void Router::Replace(const TableSpec& spec) { table_ = TableBuilder::Build(spec, health_); }

std::optional<Plan> Router::Begin(std::string_view model, Environment environment, Instant now,
                                  Instant deadline) const {
  const PolicyRoute* route = table_->Find(model, environment);
  if (route == nullptr) return std::nullopt;
  return Plan(table_, route, now, deadline);
}

Step Router::On(Plan& plan, Event event, Instant now) {
  return plan.On(std::move(event), now, {health_.slots(), engine_, transitions_});
}

std::optional<Explanation> Router::Explain(std::string_view model, Environment environment,
                                           Instant now) const {
  std::optional<Plan> plan = Begin(model, environment, now, kNever);
  if (!plan) return std::nullopt;
  std::vector<TargetHealth> health = health_.slots();
  std::mt19937_64 engine = engine_;
  std::vector<Transition> transitions;
  const PlanContext context{health, engine, transitions};
  for (Step step = plan->On(Started{}, now, context); std::holds_alternative<Try>(step);) {
    step = plan->AssumeSpill(now, context);
  }
  Explanation explanation;
  explanation.table = plan->report().table;
  explanation.route = plan->report().route;
  const auto view_of = [&](LeafId leaf) { return health_.slots()[table_->leaf(leaf).health].View(now); };
  absl::flat_hash_set<LeafId> listed;
  for (const AttemptRecord& attempt : plan->report().attempts) {
    explanation.candidates.push_back(
        {attempt.leaf, true, ReasonTried(attempt, listed.empty()), view_of(attempt.leaf)});
    listed.insert(attempt.leaf);
  }
  const RouteTree& tree = explanation.route->tree;
  for (LeafId leaf = tree.first_leaf; leaf < tree.first_leaf + tree.leaf_count; ++leaf) {
    if (listed.contains(leaf)) continue;
    const HealthView view = view_of(leaf);
    explanation.candidates.push_back({leaf, false, ReasonPassedOver(view, now), view});
  }
  return explanation;
}

std::vector<TargetStatus> Router::Targets(Instant now) const {
  std::vector<TargetStatus> targets;
  absl::flat_hash_set<HealthSlot> listed;
  for (const Leaf& leaf : table_->leaves()) {
    if (listed.insert(leaf.health).second)
      targets.push_back({leaf.name, health_.slots()[leaf.health].View(now)});
  }
  return targets;
}

const Leaf* Router::FindTarget(std::string_view endpoint, std::string_view model) const {
  const auto& leaves = table_->leaves();
  const auto found = std::find_if(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
    return leaf.name.endpoint == endpoint && leaf.name.model == model;
  });
  return found == leaves.end() ? nullptr : &*found;
}

bool Router::Suspend(std::string_view endpoint, std::string_view model, Instant until, Instant now) {
  const Leaf* leaf = FindTarget(endpoint, model);
  if (leaf == nullptr) return false;
  TargetHealth& health = health_.slots()[leaf->health];
  health.Suspend(until);
  transitions_.push_back({*leaf, health.View(now)});
  return true;
}

bool Router::Resume(std::string_view endpoint, std::string_view model, Instant now) {
  const Leaf* leaf = FindTarget(endpoint, model);
  if (leaf == nullptr) return false;
  TargetHealth& health = health_.slots()[leaf->health];
  const bool was_out = health.View(now).state != TargetState::kAvailable;
  health.Resume();
  if (was_out) transitions_.push_back({*leaf, health.View(now)});
  return true;
}

std::vector<Transition> Router::TakeTransitions() { return std::exchange(transitions_, {}); }

}  // namespace spillway::router
