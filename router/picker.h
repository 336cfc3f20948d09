// Walks a route's tree: which leaf next, from what is admissible this instant?
//
// A strategy answers for its own children only. What a call has tried is part of `admissible`, not of
// the strategy; the one thing that a call remembers of a strategy is the child that its turn fell on
// (Choices). So a call takes a turn once, finishes the subtree it was sent to before it goes on to
// the next, and its failovers leave the shares of later calls alone.
//
// To add a strategy: a value of NodeKind, and a function in a file of its own that From
// dispatches to. Not thread-safe. Lives as long as one pick.
#ifndef SPILLWAY_ROUTER_PICKER_H_
#define SPILLWAY_ROUTER_PICKER_H_

#include <cstdint>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "router/route_node.h"
#include "router/slot_table.h"
#include "router/turn.h"

namespace spillway::router {

// Whether a call may go to a leaf now. May be asked more than once for each, in the order of preference, and
// answers the same throughout a pick; it may take note of what it refuses.
using Admissible = absl::FunctionRef<bool(LeafId)>;

// Which child a call was sent to, for each strategy that takes turns.
struct Choice {
  NodeId node = 0;
  // Which of its children.
  std::uint32_t child = 0;
};
using Choices = absl::InlinedVector<Choice, 2>;

class Picker {
 public:
  Picker(const RouteTree& tree, Admissible admissible, SlotTable<Turn>& turns, Choices& choices)
      : tree_(tree), admissible_(admissible), turns_(turns), choices_(choices) {}

  // The leaf to try next, or nothing when none is admissible; then no turn was taken.
  std::optional<LeafId> Pick() { return From(0); }

  // For strategies.

  const RouteNode& node(NodeId id) const { return tree_.nodes[id]; }
  // The leaf that a child's own strategy picks.
  std::optional<LeafId> From(NodeId id);
  // Whether anything below a child is admissible. Takes no turn.
  bool HasAdmissible(NodeId id) const;
  Turn& TurnOf(const RouteNode& node) { return turns_[node.turn]; }
  std::optional<std::uint32_t> Chosen(NodeId id) const;
  void Choose(NodeId id, std::uint32_t child);

 private:
  const RouteTree& tree_;
  Admissible admissible_;
  SlotTable<Turn>& turns_;
  Choices& choices_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_PICKER_H_
