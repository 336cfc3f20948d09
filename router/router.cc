#include "router/router.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "router/table_builder.h"

namespace spillway::router {
namespace {

std::string_view ReasonPassedOver(SkipReason reason, const HealthView& view) {
  switch (reason) {
    case SkipReason::kSuspended:
      if (view.by_hand) return "suspended by hand";
      return view.with_endpoint ? "suspended: several models of its endpoint failed" : "suspended";
    case SkipReason::kProbing:
      return "another call is finding out whether it is back";
    case SkipReason::kSaturated:
      return "as many calls as it may have at once";
    case SkipReason::kContextWindow:
      break;
    case SkipReason::kUnsupported:
      return "cannot do what the request asks for";
  }
  return "no larger than a target that the request was too long for";
}

// Of a leaf that nothing but the call's own means kept it from.
std::string_view ReasonNotReached(Verdict verdict) {
  return verdict == Verdict::kRetryBudgetSpent ? "beyond the policy's retry budget"
                                               : "beyond the policy's retries";
}

std::string_view ReasonTried(const AttemptRecord& attempt, bool first) {
  if (attempt.role == Ticket::Role::kProbe) return "due back: the next call probes it";
  if (attempt.role == Ticket::Role::kLastResort)
    return "every target is suspended; this one is due back soonest";
  return first ? "first choice" : "next, if those before it fail";
}

}  // namespace

Router::Router(const TableSpec& spec, std::uint64_t seed) : engine_(seed) { Replace(spec); }

void Router::Replace(const TableSpec& spec) { table_ = TableBuilder::Build(spec, memory_); }

std::optional<Plan> Router::Begin(std::string_view model, Environment environment, Instant now,
                                  Instant deadline, AnswerForm form) const {
  const PolicyRoute* route = table_->Find(model, environment);
  if (route == nullptr) return std::nullopt;
  // In place: a plan is large, and moving it would be an eighth of the decision.
  return std::optional<Plan>(std::in_place, table_, route, now, deadline, form);
}

Step Router::On(Plan& plan, Event event, Instant now) {
  return plan.On(std::move(event), now, {memory_, engine_, transitions_});
}

std::optional<Explanation> Router::Explain(std::string_view model, Environment environment,
                                           Instant now) const {
  std::optional<Plan> plan = Begin(model, environment, now, kNever);
  if (!plan) return std::nullopt;
  Memory memory = memory_.WhatIf();
  std::mt19937_64 engine = engine_;
  std::vector<Transition> transitions;
  const PlanContext context{memory, engine, transitions};
  for (Step step = plan->On(Started{}, now, context); std::holds_alternative<Try>(step);) {
    step = plan->AssumeSpill(now, context);
  }
  Explanation explanation;
  explanation.table = plan->report().table;
  explanation.route = plan->report().route;
  const auto view_of = [&](LeafId leaf) { return memory_.targets[table_->leaf(leaf).health].View(now); };
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
    const auto why_not = plan->WhyNot(leaf, now, memory_);
    const std::string_view reason =
        why_not ? ReasonPassedOver(*why_not, view) : ReasonNotReached(plan->report().verdict);
    explanation.candidates.push_back({leaf, false, reason, view});
  }
  return explanation;
}

std::vector<TargetStatus> Router::Targets(Instant now) const {
  std::vector<TargetStatus> targets;
  absl::flat_hash_set<HealthSlot> listed;
  for (const Leaf& leaf : table_->leaves()) {
    if (listed.insert(leaf.health).second)
      targets.push_back({leaf.name, memory_.targets[leaf.health].View(now)});
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
  memory_.targets[leaf->health].Suspend(until);
  Report(leaf->health, now);
  return true;
}

bool Router::Resume(std::string_view endpoint, std::string_view model, Instant now) {
  const Leaf* leaf = FindTarget(endpoint, model);
  if (leaf == nullptr) return false;
  TargetHealth& health = memory_.targets[leaf->health];
  const bool was_out = health.View(now).state != TargetState::kAvailable;
  health.Resume();
  if (was_out) Report(leaf->health, now);
  return true;
}

void Router::Reconsider(std::string_view endpoint, Instant now) {
  for (const HealthSlot slot : memory_.targets.OfEndpoint(std::string(endpoint))) {
    if (memory_.targets[slot].Reconsider(now)) Report(slot, now);
  }
}

void Router::Report(HealthSlot slot, Instant now) {
  transitions_.push_back({memory_.targets.NameOf(slot), memory_.targets[slot].View(now)});
}

std::vector<Transition> Router::TakeTransitions() { return std::exchange(transitions_, {}); }

}  // namespace spillway::router
