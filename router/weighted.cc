#include "router/weighted.h"

#include <cmath>

#include "absl/container/inlined_vector.h"

namespace spillway::router {
namespace {

// A call has this many parts for each unit of weight: enough that rounding, when the weights that take part
// change, stays below any difference that matters.
constexpr std::int64_t kParts = std::int64_t{1} << 20;

// `lag`, in parts of which a call had `before`, when it has `call`.
std::int64_t Rescaled(std::int64_t lag, std::int64_t before, std::int64_t call) {
  if (before == call || lag == 0) return lag;
  return std::llround(static_cast<double>(lag) * static_cast<double>(call) / static_cast<double>(before));
}

// The child that lags most, of those with something admissible. `take`: it is this call's turn, and paid for.
std::optional<std::uint32_t> MostBehind(Picker& picker, const RouteNode& node, bool take) {
  // On the stack, with room for as many as a route could sensibly have: a pick does not allocate.
  absl::InlinedVector<std::uint32_t, 1024> open;
  const auto due = [&](std::uint32_t child) { return picker.node(node.first_child + child).weight * kParts; };
  std::int64_t call = 0;
  for (std::uint32_t child = 0; child < node.child_count; ++child) {
    if (!picker.HasAdmissible(node.first_child + child)) continue;
    open.push_back(child);
    call += due(child);
  }
  if (open.empty()) return std::nullopt;
  Turn& turn = picker.TurnOf(node);
  const auto lag = [&](std::uint32_t child) {
    return Rescaled(turn.lag[child], turn.call, call) + due(child);
  };
  std::uint32_t best = open.front();
  std::int64_t best_lag = lag(best);
  for (const std::uint32_t child : open) {
    const std::int64_t child_lag = lag(child);
    if (child_lag <= best_lag) continue;
    best = child;
    best_lag = child_lag;
  }
  if (!take) return best;
  for (std::int64_t& each : turn.lag) each = Rescaled(each, turn.call, call);
  for (const std::uint32_t child : open) turn.lag[child] += due(child);
  turn.call = call;
  turn.lag[best] -= call;
  return best;
}

}  // namespace

std::optional<LeafId> PickWeighted(Picker& picker, NodeId id) {
  const RouteNode& node = picker.node(id);
  const std::optional<std::uint32_t> chosen = picker.Chosen(id);
  if (chosen) {
    if (const auto leaf = picker.From(node.first_child + *chosen)) return leaf;
  }
  const auto child = MostBehind(picker, node, !chosen);
  if (!child) return std::nullopt;
  picker.Choose(id, *child);
  return picker.From(node.first_child + *child);
}

}  // namespace spillway::router
