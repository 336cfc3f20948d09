#include "tests/router/turn_ledger.h"

#include <algorithm>
#include <cmath>

namespace spillway::router {
namespace {

// In calls. Beyond what rounding amounts to, and below any difference that matters.
constexpr double kEven = 1e-3;
constexpr double kExact = 1e-9;
// How far from its due a child may be at any time, whatever goes out and comes back meanwhile.
constexpr double kMostOff = 1.5;

std::int64_t WeightOf(const PlainRoute& route, const PlainNode& node, std::size_t child) {
  return node.kind == NodeKind::kWeighted ? route.nodes[node.children[child]].weight : 1;
}

std::int64_t SumOf(const PlainRoute& route, const PlainNode& node, const OpenChildren& open) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < open.size(); ++i) sum += open[i] ? WeightOf(route, node, i) : 0;
  return sum;
}

// The first open child after the latest, going round.
std::size_t NextOf(std::optional<std::size_t> latest, const OpenChildren& open) {
  std::size_t next = latest ? (*latest + 1) % open.size() : 0;
  while (!open[next]) next = (next + 1) % open.size();
  return next;
}

}  // namespace

double MostBehindFromRest(std::size_t children) {
  double behind = 0;
  for (std::size_t k = 2; k <= children; ++k) behind += 1.0 / static_cast<double>(k);
  return behind;
}

TurnLedger::Account& TurnLedger::Of(const PlainNode& node) {
  Account& account = accounts_[node.name];
  account.behind.resize(node.children.size());
  return account;
}

bool TurnLedger::IsFurthestBehind(const PlainRoute& route, const PlainNode& node, std::size_t child,
                                  const OpenChildren& open) {
  const Account& account = Of(node);
  const auto sum = static_cast<double>(SumOf(route, node, open));
  const auto behind = [&](std::size_t i) {
    return account.behind[i] + static_cast<double>(WeightOf(route, node, i)) / sum;
  };
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i] && behind(i) > behind(child) + kEven) return false;
  }
  return true;
}

void TurnLedger::Take(const PlainRoute& route, const PlainNode& node, std::size_t child,
                      const OpenChildren& open) {
  Account& account = Of(node);
  if (account.latest && account.reloads != reloads_) record_.Note("turn kept across a reload");
  account.reloads = reloads_;
  if (node.kind == NodeKind::kRoundRobin) {
    record_.Note("round_robin turn");
    record_.Expect(child == NextOf(account.latest, open), "a round robin's turn falls on the next in order");
  } else {
    record_.Note("weighted turn");
    record_.Expect(IsFurthestBehind(route, node, child, open),
                   "a weighted turn falls on the child furthest behind its due");
  }
  Count(route, node, child, open, account);
  account.latest = child;
}

void TurnLedger::Count(const PlainRoute& route, const PlainNode& node, std::size_t child,
                       const OpenChildren& open, Account& account) {
  const bool weighted = node.kind == NodeKind::kWeighted;
  Stretch& stretch = account.stretch;
  if (stretch.open != open) {
    const auto off = [](double behind) { return std::abs(behind) > kExact; };
    const bool at_rest = std::none_of(account.behind.begin(), account.behind.end(), off);
    stretch = {open, std::vector<std::int64_t>(open.size()), 0, at_rest || !weighted};
  }
  ++stretch.turns;
  ++stretch.taken[child];
  JudgeShares(route, node, stretch);
  if (!weighted) return;
  const auto sum = static_cast<double>(SumOf(route, node, open));
  account.behind[child] -= 1;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i]) account.behind[i] += static_cast<double>(WeightOf(route, node, i)) / sum;
    record_.Extreme("calls from the due, over all outages", std::abs(account.behind[i]));
    record_.Expect(std::abs(account.behind[i]) <= kMostOff, "shares follow the weights, outages or not");
  }
}

void TurnLedger::JudgeShares(const PlainRoute& route, const PlainNode& node, Stretch& stretch) {
  const auto open = static_cast<std::size_t>(std::count(stretch.open.begin(), stretch.open.end(), 1));
  if (open < 2) return;
  const std::int64_t sum = SumOf(route, node, stretch.open);
  const bool weighted = node.kind == NodeKind::kWeighted;
  for (std::size_t i = 0; i < stretch.open.size() && stretch.from_rest; ++i) {
    if (!stretch.open[i]) continue;
    const double due =
        static_cast<double>(stretch.turns * WeightOf(route, node, i)) / static_cast<double>(sum);
    const double behind = due - static_cast<double>(stretch.taken[i]);
    record_.Extreme(weighted ? "weighted: calls behind, from rest" : "round_robin: calls behind", behind);
    record_.Extreme(weighted ? "weighted: calls ahead, from rest" : "round_robin: calls ahead", -behind);
    record_.Expect(behind < (weighted ? MostBehindFromRest(open) : 1) + kEven,
                   "shares are within the bound behind at any prefix");
    record_.Expect(-behind < 1 - 1.0 / static_cast<double>(open) + kEven,
                   "shares are less than one ahead at any prefix");
  }
  if (stretch.turns % sum == 0) JudgeCycle(route, node, stretch);
}

void TurnLedger::JudgeCycle(const PlainRoute& route, const PlainNode& node, Stretch& stretch) {
  const bool first = stretch.taken_then.empty();
  if (first) stretch.taken_then.resize(stretch.open.size());
  const bool exact = stretch.from_rest || !first;
  if (node.kind == NodeKind::kRoundRobin) {
    record_.Note("round_robin cycle");
  } else {
    record_.Note(stretch.from_rest ? "weighted cycle from rest"
                 : first           ? "weighted cycle after a change"
                                   : "weighted cycle further on");
  }
  for (std::size_t i = 0; i < stretch.open.size(); ++i) {
    if (!stretch.open[i]) continue;
    const std::int64_t off = stretch.taken[i] - stretch.taken_then[i] - WeightOf(route, node, i);
    record_.Expect(exact || std::abs(off) <= 1, "the first full cycle after a change is a call off at most");
    record_.Expect(!exact || off == 0, "shares are exact over a full cycle");
  }
  stretch.taken_then = stretch.taken;
}

}  // namespace spillway::router
