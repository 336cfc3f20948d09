#include "router/round_robin.h"

namespace spillway::router {
namespace {

std::optional<std::uint32_t> TakeTurn(Picker& picker, const RouteNode& node) {
  Turn& turn = picker.TurnOf(node);
  for (std::uint32_t i = 0; i < node.child_count; ++i) {
    const std::uint32_t child = (turn.next + i) % node.child_count;
    if (!picker.HasAdmissible(node.first_child + child)) continue;
    turn.next = (child + 1) % node.child_count;
    return child;
  }
  return std::nullopt;
}

}  // namespace

std::optional<LeafId> PickRoundRobin(Picker& picker, NodeId id) {
  const RouteNode& node = picker.node(id);
  std::optional<std::uint32_t> start = picker.Chosen(id);
  if (!start) {
    start = TakeTurn(picker, node);
    if (!start) return std::nullopt;
    picker.Choose(id, *start);
  }
  for (std::uint32_t i = 0; i < node.child_count; ++i) {
    const std::uint32_t child = (*start + i) % node.child_count;
    if (const auto leaf = picker.From(node.first_child + child)) return leaf;
  }
  return std::nullopt;
}

}  // namespace spillway::router
