#include "router/picker.h"

#include <algorithm>

#include "router/failover.h"
#include "router/round_robin.h"
#include "router/weighted.h"

namespace spillway::router {

std::optional<LeafId> Picker::From(NodeId id) {
  switch (node(id).kind) {
    case NodeKind::kLeaf:
      return admissible_(node(id).leaf) ? std::optional(node(id).leaf) : std::nullopt;
    case NodeKind::kFailover:
      return PickFailover(*this, id);
    case NodeKind::kRoundRobin:
      return PickRoundRobin(*this, id);
    case NodeKind::kWeighted:
      return PickWeighted(*this, id);
  }
  return std::nullopt;
}

bool Picker::HasAdmissible(NodeId id) const {
  const RouteNode& at = node(id);
  if (at.kind == NodeKind::kLeaf) return admissible_(at.leaf);
  for (std::uint32_t i = 0; i < at.child_count; ++i) {
    if (HasAdmissible(at.first_child + i)) return true;
  }
  return false;
}

std::optional<std::uint32_t> Picker::Chosen(NodeId id) const {
  const auto found =
      std::find_if(choices_.begin(), choices_.end(), [&](const Choice& choice) { return choice.node == id; });
  return found == choices_.end() ? std::nullopt : std::optional(found->child);
}

void Picker::Choose(NodeId id, std::uint32_t child) {
  for (Choice& choice : choices_) {
    if (choice.node == id) {
      choice.child = child;
      return;
    }
  }
  choices_.push_back({id, child});
}

}  // namespace spillway::router
