// The referee's own account of turns: which child each strategy sent how many calls to, and whether that
// was the child's due.
//
// It follows what happened, by the names of nodes, across reloads. A round robin must take the next in the
// order written. A weighted node must take the child that is furthest behind its due: a turn's due is
// divided among the children that have something admissible, in proportion to their weights. What that has to
// amount to is then counted afresh over each stretch of turns between the same children:
//
//   - from a state of rest (nobody ahead or behind) shares are exact over every full cycle, and at any
//     prefix a child of n is at most 1 - 1/n calls ahead and 1/2 + 1/3 + … + 1/n behind;
//   - a stretch that begins otherwise (children went out or came back) may be a call off over its first
//     cycle, and is exact over each further one.
//
// The bound behind is that of a greedy server of n queues: let m(k) be the mean of the k children furthest
// behind. A turn takes m(k) to m(k + 1) + 1 / (k + 1) at most, and m(n) is 0. It is nearly reached (weights
// 2669 202 8 2669: 1.06 calls), so that "within one" holds for up to three children and not for more.
#ifndef SPILLWAY_TESTS_ROUTER_TURN_LEDGER_H_
#define SPILLWAY_TESTS_ROUTER_TURN_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/router/plain_table.h"
#include "tests/router/record.h"

namespace spillway::router {

// Which children of a node have something admissible.
using OpenChildren = std::vector<char>;

// How far a child may be behind its due, of `children` that take turns from a state of rest.
double MostBehindFromRest(std::size_t children);

class TurnLedger {
 public:
  explicit TurnLedger(Record& record) : record_(record) {}

  // Another table is in force. Turns go on where a node is what it was.
  void Reload() { ++reloads_; }
  // A call's turn at the node fell on that child.
  void Take(const PlainRoute& route, const PlainNode& node, std::size_t child, const OpenChildren& open);
  // Whether the child is as far behind as any, were this another turn.
  bool IsFurthestBehind(const PlainRoute& route, const PlainNode& node, std::size_t child,
                        const OpenChildren& open);

 private:
  // Turns in a row among the same children.
  struct Stretch {
    OpenChildren open;
    std::vector<std::int64_t> taken;
    std::int64_t turns = 0;
    bool from_rest = true;
    // At the end of the latest full cycle.
    std::vector<std::int64_t> taken_then;
  };
  struct Account {
    std::optional<std::size_t> latest;
    // How many reloads there had been then.
    int reloads = 0;
    // By child, in calls: what was due to it and what it got.
    std::vector<double> behind;
    Stretch stretch;
  };

  Account& Of(const PlainNode& node);
  void Count(const PlainRoute& route, const PlainNode& node, std::size_t child, const OpenChildren& open,
             Account& account);
  void JudgeShares(const PlainRoute& route, const PlainNode& node, Stretch& stretch);

  void JudgeCycle(const PlainRoute& route, const PlainNode& node, Stretch& stretch);

  Record& record_;
  std::map<std::string, Account> accounts_;
  int reloads_ = 0;
};

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_TURN_LEDGER_H_
