// What keeps a call from a leaf: its target's health and limits, and what the call has met so far.
#include <algorithm>

#include "router/plan.h"

namespace spillway::router {

std::optional<SkipReason> Plan::WhyNot(LeafId leaf, Instant now, const Memory& memory) const {
  const TargetHealth& health = memory.targets[LeafOf(leaf).health];
  const auto admission = health.Look(now);
  if (admission == TargetHealth::Admission::kSuspended) return SkipReason::kSuspended;
  if (admission == TargetHealth::Admission::kProbing) return SkipReason::kProbing;
  if (!IsLargeEnough(leaf)) return SkipReason::kContextWindow;
  const std::uint32_t most = LeafOf(leaf).settings.max_concurrent;
  if (most != 0 && health.in_flight() >= most) return SkipReason::kSaturated;
  return std::nullopt;
}

bool Plan::IsOpen(LeafId leaf, Instant now, PlanContext& context) const {
  return HealthOf(leaf, context).Look(now) == TargetHealth::Admission::kOpen &&
         !WhyNot(leaf, now, context.memory);
}

bool Plan::Admit(LeafId leaf, Instant now, PlanContext& context) {
  if (Contains(tried_, leaf)) return false;
  const auto why_not = WhyNot(leaf, now, context.memory);
  if (!why_not) return true;
  if (!Insert(skipped_, leaf)) return false;
  auto& skipped = report_.skipped;
  // Where there are more than a few there may be many: room for all of them at once.
  if (skipped.size() == skipped.capacity()) skipped.reserve(report_.route->tree.leaf_count);
  skipped.push_back({leaf, *why_not, HealthOf(leaf, context).View(now)});
  return false;
}

bool Plan::IsLargeEnough(LeafId leaf) const {
  if (!was_too_long_) return true;
  for (const AttemptRecord& attempt : report_.attempts) {
    if (!attempt.failed || attempt.failed->failure != Failure::kContextLength) continue;
    const Leaf& too_small = LeafOf(attempt.leaf);
    if (LeafOf(leaf).name.model == too_small.name.model) return false;
    if (LeafOf(leaf).settings.context_window <= too_small.settings.context_window) return false;
  }
  return true;
}

bool Plan::LargerExists() const {
  const RouteTree& tree = report_.route->tree;
  for (LeafId leaf = tree.first_leaf; leaf < tree.first_leaf + tree.leaf_count; ++leaf) {
    if (IsLargeEnough(leaf)) return true;
  }
  return false;
}

std::optional<LeafId> Plan::LeastBad(Instant now, PlanContext& context) const {
  const RouteTree& tree = report_.route->tree;
  std::optional<LeafId> best;
  Instant best_until = kNever;
  for (LeafId leaf = tree.first_leaf; leaf < tree.first_leaf + tree.leaf_count; ++leaf) {
    // What was tried and yet not attempted cannot serve the call.
    if (Contains(tried_, leaf)) continue;
    const HealthView view = HealthOf(leaf, context).View(now);
    const std::uint32_t most = LeafOf(leaf).settings.max_concurrent;
    if (most != 0 && view.in_flight >= most) continue;
    // An operator's word stands.
    if (view.by_hand || view.until >= best_until) continue;
    best = leaf;
    best_until = view.until;
  }
  return best;
}

bool Plan::Contains(const LeafSet& set, LeafId leaf) const {
  const std::size_t bit = leaf - report_.route->tree.first_leaf;
  return (set[bit / 64] >> (bit % 64) & 1) != 0;
}

bool Plan::Insert(LeafSet& set, LeafId leaf) const {
  if (Contains(set, leaf)) return false;
  const std::size_t bit = leaf - report_.route->tree.first_leaf;
  set[bit / 64] |= std::uint64_t{1} << (bit % 64);
  return true;
}

}  // namespace spillway::router
