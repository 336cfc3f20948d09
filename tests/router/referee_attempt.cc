// The beginning of an attempt: whether it may be, and whether it is where the route's strategies send it.
#include <algorithm>

#include "tests/router/referee.h"

namespace spillway::router {
namespace {

using Role = Ticket::Role;

std::size_t FirstOpen(const OpenChildren& open, std::size_t from) {
  for (std::size_t i = 0; i < open.size(); ++i) {
    const std::size_t child = (from + i) % open.size();
    if (open[child]) return child;
  }
  return open.size();
}

}  // namespace

void Referee::JudgeTry(Call& call, const Try& attempt, bool retried, Transitions transitions, Instant now) {
  const std::size_t leaf = attempt.leaf - call.route->first_leaf;
  if (leaf >= call.route->leaves.size()) return record_.Expect(false, "a call keeps to its route");
  const Role role = call.report->last_attempt()->role;
  JudgeDeadline(call, leaf, attempt, now);
  if (retried) {
    record_.Expect(role == Role::kOrdinary, "a same-target retry is an ordinary attempt");
    record_.Note("same-target retry");
    ++call.same_target;
  } else if (role == Role::kLastResort) {
    JudgeLastResort(call, leaf, now);
  } else {
    JudgeFirstTime(call, leaf, now);
  }
  if (!call.tries.empty()) budgets_.FurtherAttempt(*call.route);
  call.tries.push_back(leaf);
  call.tried.insert(leaf);
  record_.Note("attempt");
  record_.Expect(call.tries.size() <= Allowed(call), "attempts stay within what is allowed");
  call.token = false;
  call.attempt_until = attempt.deadline;
  Instant heard_of_by = attempt.deadline;
  if (attempt.streamed) heard_of_by = std::min(heard_of_by, now + call.settings().first_token_timeout);
  call.stay = targets_.Enter(TargetOf(call, leaf), role, heard_of_by, transitions, now);
  const std::uint32_t most = LeafOf(call, leaf).max_concurrent;
  if (most != 0) record_.Note("attempt under max_concurrent");
  record_.Expect(most == 0 || call.stay.target->under_way <= most,
                 "no more attempts are under way at a target than its leaf allows");
  call.under_way = true;
}

void Referee::JudgeDeadline(const Call& call, std::size_t leaf, const Try& attempt, Instant now) {
  record_.Expect(now < call.deadline, "nothing is tried at or after the deadline");
  const bool whole = call.form == AnswerForm::kWhole;
  record_.Expect(attempt.streamed == (!whole || call.settings().stream_unary),
                 "a provider streams to callers who want a stream, and to others where the policy says so");
  if (attempt.streamed) {
    record_.Note(whole ? "whole answer over a stream" : "streamed attempt");
    record_.Expect(attempt.first_token_timeout == call.settings().first_token_timeout &&
                       attempt.stream_idle_timeout == call.settings().stream_idle_timeout,
                   "a streamed attempt has its policy's bounds");
  }
  const Duration timeout = LeafOf(call, leaf).request_timeout.value_or(call.settings().request_timeout);
  const Instant timed_out = whole ? now + timeout : kNever;
  record_.Expect(attempt.deadline == std::min(call.deadline, timed_out),
                 "an attempt ends by the call's deadline or, at a whole answer, its own timeout, its leaf's "
                 "before its policy's");
  record_.Expect(attempt.on_timeout == (timed_out < call.deadline ? Failure::kTimeout : Failure::kDeadline),
                 "on_timeout names whose time ran out");
  if (whole && LeafOf(call, leaf).request_timeout) record_.Note("attempt with a timeout of its leaf");
}

void Referee::JudgeFirstTime(Call& call, std::size_t leaf, Instant now) {
  record_.Expect(!call.tried.contains(leaf), "a leaf is tried twice as a same-target retry only");
  record_.Expect(IsLargeEnough(call, leaf), "a request that was too long goes to larger models only");
  if (!call.failures.empty() && call.failures.back().failure == Failure::kContextLength) {
    record_.Note("spill to a larger model");
  }
  record_.Expect(Admits(call, leaf, now), "no attempt where nothing is admissible");
  for (std::size_t at = 0; call.route->nodes[at].kind != NodeKind::kLeaf;) {
    const PlainNode& node = call.route->nodes[at];
    std::size_t child = 0;
    while (!call.route->nodes[node.children[child]].Holds(leaf)) ++child;
    JudgeChoice(call, at, child, OpenOf(call, node, now));
    at = node.children[child];
  }
}

void Referee::JudgeChoice(Call& call, std::size_t at, std::size_t child, const OpenChildren& open) {
  const PlainNode& node = call.route->nodes[at];
  if (!open[child]) return;
  if (node.kind == NodeKind::kFailover) {
    return record_.Expect(child == FirstOpen(open, 0), "failover takes the first that admits the call");
  }
  const auto turn = call.turns.find(at);
  if (turn == call.turns.end()) {
    turns_.Take(*call.route, node, child, open);
    call.turns[at] = child;
    return;
  }
  record_.Note("spill at a strategy of turns");
  if (open[turn->second]) {
    if (turn->second == child) record_.Note("spill within the subtree of the turn");
    return record_.Expect(turn->second == child, "a call finishes the subtree its turn fell on");
  }
  if (node.kind == NodeKind::kRoundRobin) {
    return record_.Expect(child == FirstOpen(open, turn->second),
                          "a call goes round from where its turn fell");
  }
  record_.Expect(turns_.IsFurthestBehind(*call.route, node, child, open),
                 "a weighted spill goes to the child furthest behind");
  turn->second = child;
}

void Referee::JudgeLastResort(Call& call, std::size_t leaf, Instant now) {
  record_.Note("last resort");
  record_.Expect(call.settings().all_suspended == AllSuspended::kLeastBad, "a last resort needs least_bad");
  record_.Expect(call.tries.empty(), "a last resort is a call's first attempt");
  const TargetPicture& target = TargetOf(call, leaf);
  record_.Expect(!target.by_hand, "an operator's word stands");
  for (std::size_t other = 0; other < call.route->leaves.size(); ++other) {
    if (call.unable.contains(other)) continue;
    const TargetPicture& that = TargetOf(call, other);
    record_.Expect(!that.Admits(now), "a last resort needs every target suspended");
    record_.Expect(that.by_hand || IsSaturated(call, other) || that.until >= target.until,
                   "the last resort is the target due back soonest");
  }
}

}  // namespace spillway::router
