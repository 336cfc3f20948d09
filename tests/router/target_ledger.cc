#include "tests/router/target_ledger.h"

#include <algorithm>
#include <chrono>

namespace spillway::router {
namespace {

using Role = Ticket::Role;
using std::chrono::minutes;
using std::chrono::seconds;

// From its first token on a probe is waited for until its end, so long at most, and a moment longer.
constexpr Duration kLongestProbe = minutes(10);
constexpr Duration kProbeGrace = seconds(1);

}  // namespace

TargetPicture& TargetLedger::Of(const TargetName& name) {
  const auto [entry, added] = targets_.try_emplace({name.endpoint, name.model});
  if (added) entry->second.name = name;
  return entry->second;
}

Stay TargetLedger::Enter(TargetPicture& target, Role role, Instant heard_of_by, Transitions transitions,
                         Instant now) {
  if (role == Role::kOrdinary) {
    record_.Expect(target.state == TargetState::kAvailable, "no attempt on a suspended target");
  }
  if (role == Role::kProbe) {
    record_.Note("probe");
    record_.Expect(target.state != TargetState::kAvailable, "an available target needs no probe");
    record_.Expect(target.until <= now, "no probe before a suspension's end, nor beside another probe");
    const Instant lease = transitions.empty() ? kNever : transitions.back().now.until;
    record_.Expect(lease >= heard_of_by, "a probe is not given up before it has to be heard of");
    record_.Expect(heard_of_by == kNever || lease <= heard_of_by + seconds(5),
                   "a lost probe frees itself soon");
    Become(target, TargetState::kProbing, lease);
  }
  ExpectAnnounced(transitions, "a probe, and nothing else, is announced when an attempt begins");
  ++target.under_way;
  return {&target, role, target.epoch};
}

void TargetLedger::HeardOf(const Stay& stay, Instant until, Transitions transitions, Instant now) {
  const bool current = stay.epoch == stay.target->epoch;
  if (stay.role == Role::kProbe && current) {
    record_.Note("probe heard of");
    stay.target->until = SaturatingAdd(std::min(until, now + kLongestProbe), kProbeGrace);
  }
  ExpectAnnounced(transitions, "a first token changes no state");
}

void TargetLedger::Succeeded(const Stay& stay, const HealthRules& rules, Transitions transitions) {
  TargetPicture& target = *stay.target;
  if (stay.epoch != target.epoch) {
    record_.Note("stale success");
    return ExpectAnnounced(transitions, "a stale success changes nothing");
  }
  if (stay.role == Role::kOrdinary) {
    if (rules.count_mode == CountMode::kConsecutive) target.streak = 0;
    return ExpectAnnounced(transitions, "the success of an ordinary attempt changes no state");
  }
  BringBack(target);
  // The endpoint is back with the first of its targets.
  for (TargetPicture* other : OthersOfEndpoint(target)) {
    if (!other->with_endpoint) continue;
    record_.Note("back with its endpoint");
    BringBack(*other);
  }
  ExpectAnnounced(transitions, "the success of a probe or a last resort revives, its endpoint's targets too");
}

void TargetLedger::HeldAgainst(const Stay& stay, const FailedAttempt& failed, const HealthRules& rules,
                               Transitions transitions, Instant now) {
  TargetPicture& target = *stay.target;
  if (stay.epoch != target.epoch) {
    record_.Note("stale failure");
    return ExpectAnnounced(transitions, "a stale failure changes nothing");
  }
  if (stay.role == Role::kLastResort) {
    return ExpectAnnounced(transitions, "the failure of a last resort is no news");
  }
  if (stay.role == Role::kProbe) {
    const auto& remembering = rules.suspend_duration ? rules : target.suspended_by;
    if (remembering) {
      Suspend(target, failed, *remembering, now);
      return ExpectAnnounced(transitions,
                             "the failure of a probe suspends, for as long as rules and hint say");
    }
    record_.Note("suspended by hand and forgotten");
    BringBack(target);
    return ExpectAnnounced(transitions,
                           "without memory a failed probe ends what a hand began, for one target");
  }
  if (!rules.suspend_duration) {
    return ExpectAnnounced(transitions, "without suspend_duration nothing is suspended");
  }
  std::uint32_t counted = 0;
  if (rules.count_mode == CountMode::kConsecutive) {
    counted = ++target.streak;
  } else {
    target.in_window.push_back(SaturatingAdd(now, rules.fail_timeout));
    for (const Instant until : target.in_window) counted += until > now ? 1 : 0;
  }
  const bool at_once = TraitsOf(failed.failure).health == HealthEffect::kSuspendsAtOnce;
  if (counted < rules.max_fails && !at_once) {
    record_.Note("counted failure");
    return ExpectAnnounced(transitions, "fewer failures than max_fails suspend nothing");
  }
  Suspend(target, failed, rules, now);
  ExpectAnnounced(transitions, "max_fails failures suspend, for as long as rules and hint say");
}

void TargetLedger::NoWord(const Stay& stay, Transitions transitions, Instant now) {
  const bool current = stay.epoch == stay.target->epoch;
  if (stay.role == Role::kProbe && current) {
    record_.Note("probe without a word");
    Become(*stay.target, TargetState::kSuspended, now);
  }
  ExpectAnnounced(transitions, "what says nothing about a target changes nothing; a probe is due again");
}

void TargetLedger::SuspendedByHand(const TargetName& name, Instant until, Transitions transitions) {
  TargetPicture& target = Of(name);
  Become(target, TargetState::kSuspended, until);
  target.failure.reset();
  target.by_hand = true;
  target.with_endpoint = false;
  target.suspended_by.reset();
  ExpectAnnounced(transitions, "a hand suspends what it names, until when it says");
}

void TargetLedger::ResumedByHand(const TargetName& name, Transitions transitions) {
  TargetPicture& target = Of(name);
  const bool was_out = target.state != TargetState::kAvailable;
  BringBack(target);
  // Resuming what is available changes no state, but forgets what was counted and what attempts under way
  // will say.
  if (!was_out) changed_.clear();
  ExpectAnnounced(transitions, "a hand resumes what it names");
}

void TargetLedger::Become(TargetPicture& target, TargetState state, Instant until) {
  target.state = state;
  target.until = until;
  ++target.epoch;
  target.streak = 0;
  target.in_window.clear();
  changed_.push_back(&target);
}

void TargetLedger::Suspend(TargetPicture& target, const FailedAttempt& failed, const HealthRules& rules,
                           Instant now) {
  const Duration length = LengthOf(failed, rules, target.in_a_row);
  record_.Note(target.in_a_row == 0 ? "suspension" : "further suspension in a row");
  if (length > *rules.suspend_duration && length == Believed(failed)) record_.Note("suspension by hint");
  Become(target, TargetState::kSuspended, now + length);
  target.failure = failed.failure;
  target.by_hand = false;
  target.with_endpoint = false;
  target.suspended_by = rules;
  ++target.in_a_row;
  SpreadOutage(target, now);
}

void TargetLedger::SpreadOutage(const TargetPicture& suspended, Instant now) {
  if (!suspended.PointsAtEndpoint(now)) return;
  const std::vector<TargetPicture*> others = OthersOfEndpoint(suspended);
  const auto points = [&](const TargetPicture* other) { return other->PointsAtEndpoint(now); };
  // One model alone may be the model's own trouble.
  if (std::none_of(others.begin(), others.end(), points)) return;
  record_.Note("endpoint outage");
  for (TargetPicture* other : others) {
    if (other->state == TargetState::kSuspended && other->with_endpoint) {
      // It goes on: no change of state, and no news.
      other->until = std::max(other->until, suspended.until);
      record_.Note("outage goes on");
    }
    if (other->state != TargetState::kAvailable) continue;
    record_.Note("out with its endpoint");
    Become(*other, TargetState::kSuspended, suspended.until);
    other->failure = suspended.failure;
    other->with_endpoint = true;
    other->suspended_by = suspended.suspended_by;
    other->in_a_row = suspended.in_a_row;
  }
}

void TargetLedger::BringBack(TargetPicture& target) {
  Become(target, TargetState::kAvailable, target.until);
  target.failure.reset();
  target.by_hand = false;
  target.with_endpoint = false;
  target.suspended_by.reset();
  target.in_a_row = 0;
}

std::vector<TargetPicture*> TargetLedger::OthersOfEndpoint(const TargetPicture& target) {
  std::vector<TargetPicture*> others;
  for (auto& [name, other] : targets_) {
    if (name.first == target.name.endpoint && &other != &target) others.push_back(&other);
  }
  return others;
}

void TargetLedger::ExpectAnnounced(Transitions transitions, std::string_view rule) {
  bool right = transitions.size() == changed_.size();
  for (const Transition& transition : transitions) {
    const TargetPicture& target = Of(transition.name);
    const HealthView& view = transition.now;
    right = right && std::count(changed_.begin(), changed_.end(), &target) == 1;
    right = right && view.state == target.state && view.failure == target.failure;
    right = right && view.by_hand == target.by_hand && view.with_endpoint == target.with_endpoint;
    right = right && (view.state == TargetState::kAvailable || view.until == target.until);
  }
  record_.Expect(right, rule);
  changed_.clear();
}

void TargetLedger::Compare(const std::vector<TargetStatus>& targets, Instant now) {
  for (const TargetStatus& status : targets) {
    const TargetPicture& target = Of(status.name);
    const HealthView& view = status.view;
    const bool lost = target.state == TargetState::kProbing && target.until <= now;
    record_.Expect(view.state == (lost ? TargetState::kSuspended : target.state),
                   "a target's state is what its reports made of it");
    record_.Expect(view.state == TargetState::kAvailable || view.until == target.until,
                   "a suspension ends when its reports say");
    record_.Expect(view.failure == target.failure && view.by_hand == target.by_hand &&
                       view.with_endpoint == target.with_endpoint,
                   "a suspension says why");
    record_.Expect(view.fails == target.Fails(now), "each failure is counted once");
    record_.Expect(view.suspensions_in_a_row == target.in_a_row, "each suspension is counted once");
    record_.Expect(view.in_flight == target.under_way, "in_flight is what is under way");
  }
}

bool TargetLedger::Quiet() const {
  return std::all_of(targets_.begin(), targets_.end(),
                     [](const auto& entry) { return entry.second.under_way == 0; });
}

}  // namespace spillway::router
