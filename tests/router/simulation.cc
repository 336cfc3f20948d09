#include "tests/router/simulation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <queue>
#include <string_view>
#include <utility>

#include "router/router.h"
#include "tests/router/random_table.h"
#include "tests/router/referee.h"
#include "tests/router/scene.h"
#include "tests/router/weather.h"

namespace spillway::router {
namespace {

// FNV-1a over whatever is fed.
class Trace {
 public:
  void Feed(std::int64_t value) {
    for (int i = 0; i < 8; ++i) Byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void Feed(Instant at) { Feed(at.time_since_epoch().count()); }
  void Feed(std::string_view text) {
    Feed(static_cast<std::int64_t>(text.size()));
    for (const char c : text) Byte(static_cast<std::uint8_t>(c));
  }
  std::uint64_t value() const { return value_; }

 private:
  void Byte(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

int DepthOf(const TableSpec::Node& node) {
  int depth = 0;
  for (const TableSpec::Node& child : node.children) depth = std::max(depth, 1 + DepthOf(child));
  return depth;
}

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options),
        bits_(options.seed),
        weather_(TargetPool().size()),
        router_(NewTable(), bits_.Next()) {}

  SimulationResult Run();

 private:
  enum class Kind { kArrive, kReport, kWake, kCancel, kWeather, kReload, kOperator };
  struct Happening {
    Instant at;
    // Breaks ties, so that order never depends on the queue.
    int number = 0;
    Kind kind = Kind::kArrive;
    int call = 0;
    // kReport, kWake: of which step of the call; an outdated one is dropped.
    int step = 0;
    Event event = Started();
    bool operator>(const Happening& other) const {
      return std::pair(at, number) > std::pair(other.at, other.number);
    }
  };
  struct Caller {
    Plan plan;
    int step = 0;
    // Never reports again, unless it comes back late.
    bool lost = false;
  };

  void Schedule(Duration in, Kind kind, int call = 0, int step = 0, Event event = Started());
  TableSpec NewTable();
  void Arrive(int number);
  std::optional<Explanation> ExplainTwice(std::string_view model);
  Instant RandomDeadline();
  void Drive(int number, Event event);
  void Attempt(int number, Caller& caller, const Try& attempt);
  void Lose(int number, Caller& caller, const Try& attempt, const Event& event);
  void OperateByHand();
  void Handle(const Happening& happening);
  std::vector<Transition> Transitions();
  void Record(const Step& step, const CallReport& report);

  const SimulationOptions options_;
  Bits bits_;
  Weather weather_;
  SimulationResult result_;
  Router router_;
  Referee referee_;
  Trace trace_;
  Instant now_ = kStart;
  int scheduled_ = 0;
  int arrived_ = 0;
  std::map<int, Caller> callers_;
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> queue_;
};

void Simulation::Schedule(Duration in, Kind kind, int call, int step, Event event) {
  queue_.push({SaturatingAdd(now_, in), scheduled_++, kind, call, step, std::move(event)});
}

TableSpec Simulation::NewTable() {
  TableSpec spec = RandomTable(bits_);
  for (const TableSpec::Policy& policy : spec.policies) {
    result_.deepest_nesting = std::max(result_.deepest_nesting, DepthOf(policy.root));
  }
  return spec;
}

std::vector<Transition> Simulation::Transitions() {
  std::vector<Transition> transitions = router_.TakeTransitions();
  for (const Transition& transition : transitions) {
    trace_.Feed(transition.leaf.name.endpoint);
    trace_.Feed(static_cast<std::int64_t>(transition.now.state));
    trace_.Feed(transition.now.until);
    if (transition.now.state == TargetState::kSuspended) ++result_.suspensions;
  }
  referee_.Expect(!router_.has_transitions(), "a transition is reported once");
  return transitions;
}

Instant Simulation::RandomDeadline() {
  const std::uint64_t kind = bits_.Below(100);
  if (kind < 50) return kNever;
  if (kind < 75) return now_ + bits_.Between(seconds(1), seconds(20));
  if (kind < 97) return now_ + bits_.Between(milliseconds(5), milliseconds(400));
  return now_ - bits_.Between(nanoseconds(0), milliseconds(10));
}

std::optional<Explanation> Simulation::ExplainTwice(std::string_view model) {
  ++result_.explained;
  auto first = router_.Explain(model, Environment::kProduction, now_);
  referee_.Compare(router_.Targets(now_), now_);
  referee_.Expect(!router_.has_transitions(), "explaining changes nothing");
  const auto second = router_.Explain(model, Environment::kProduction, now_);
  referee_.Expect(first.has_value() == second.has_value(), "explaining again explains the same");
  if (!first || !second) return first;
  const auto same = [](const Candidate& a, const Candidate& b) {
    return a.leaf == b.leaf && a.would_try == b.would_try && a.reason == b.reason;
  };
  referee_.Expect(std::equal(first->candidates.begin(), first->candidates.end(), second->candidates.begin(),
                             second->candidates.end(), same),
                  "explaining again explains the same");
  referee_.Expect(first->candidates.size() == first->route->tree.leaf_count, "every leaf is explained once");
  return first;
}

void Simulation::Arrive(int number) {
  const std::string model = "gpt" + std::to_string(bits_.Below(5));
  const Instant deadline = RandomDeadline();
  std::optional<Explanation> explanation;
  if (options_.explain) explanation = ExplainTwice(model);
  auto plan = router_.Begin(model, Environment::kProduction, now_, deadline);
  if (options_.explain) {
    referee_.Expect(plan.has_value() == explanation.has_value(), "what can be explained can be begun");
  }
  ++result_.calls;
  if (!plan) {
    ++result_.without_route;
    return;
  }
  Caller& caller = callers_.emplace(number, Caller{std::move(*plan)}).first->second;
  referee_.Begin(number, caller.plan, now_, deadline);
  Drive(number, Started());
  if (explanation && deadline > now_) {
    const AttemptRecord* first =
        caller.plan.report().attempts.empty() ? nullptr : &caller.plan.report().attempts[0];
    const Candidate& candidate = explanation->candidates.front();
    referee_.Expect(
        candidate.would_try == (first != nullptr) && (first == nullptr || candidate.leaf == first->leaf),
        "a call does what was explained");
  }
  if (bits_.Chance(15)) Schedule(bits_.Between(nanoseconds(0), seconds(2)), Kind::kCancel, number);
}

void Simulation::Drive(int number, Event event) {
  Caller& caller = callers_.at(number);
  ++caller.step;
  const Step step = router_.On(caller.plan, event, now_);
  referee_.Judge(number, caller.plan, event, step, Transitions(), now_);
  referee_.Compare(router_.Targets(now_), now_);
  Record(step, caller.plan.report());
  if (const Try* attempt = std::get_if<Try>(&step)) {
    Attempt(number, caller, *attempt);
  } else if (const Sleep* sleep = std::get_if<Sleep>(&step)) {
    // A timer may be late.
    const Duration late =
        bits_.Chance(80) ? Duration::zero() : bits_.Between(nanoseconds(0), milliseconds(200));
    Schedule(sleep->until - now_ + late, Kind::kWake, number, caller.step, Woke());
  }
}

void Simulation::Record(const Step& step, const CallReport& report) {
  trace_.Feed(now_);
  trace_.Feed(static_cast<std::int64_t>(step.index()));
  if (const Try* attempt = std::get_if<Try>(&step)) {
    const std::size_t tries = report.attempts.size();
    const Leaf& leaf = report.table->leaf(attempt->leaf);
    trace_.Feed(leaf.name.endpoint);
    trace_.Feed(leaf.name.model);
    trace_.Feed(attempt->deadline);
    ++result_.attempts;
    if (report.last_attempt()->role == Ticket::Role::kProbe) ++result_.probes;
    if (report.last_attempt()->role == Ticket::Role::kLastResort) ++result_.last_resorts;
    if (tries > 1 && report.attempts[tries - 2].leaf == attempt->leaf) ++result_.same_target_retries;
  } else if (const Sleep* sleep = std::get_if<Sleep>(&step)) {
    trace_.Feed(sleep->until);
  } else {
    trace_.Feed(NameOf(report.verdict));
    trace_.Feed(static_cast<std::int64_t>(report.code));
    trace_.Feed(report.retry_after.value_or(Duration(-1)).count());
    ++result_.verdicts[static_cast<std::size_t>(report.verdict)];
  }
}

void Simulation::Attempt(int number, Caller& caller, const Try& attempt) {
  const TargetName name = caller.plan.report().table->leaf(attempt.leaf).name;
  const std::optional<Answer> answer = weather_.Meet(name, bits_);
  const Duration time_left = attempt.deadline - now_;
  Event event = Succeeded();
  Duration after = time_left;
  if (!answer || answer->after >= time_left) {
    event = Failed{Fail(attempt.on_timeout)};
  } else {
    after = answer->after;
    if (answer->failed) event = Failed{*answer->failed};
  }
  if (bits_.Chance(5)) return Lose(number, caller, attempt, event);
  Schedule(after, Kind::kReport, number, caller.step, std::move(event));
}

void Simulation::Lose(int number, Caller& caller, const Try& attempt, const Event& event) {
  caller.lost = true;
  ++result_.lost;
  if (caller.plan.report().last_attempt()->role == Ticket::Role::kProbe) ++result_.lost_probes;
  if (bits_.Chance(40)) return;
  ++result_.came_back_late;
  Schedule(attempt.deadline - now_ + bits_.Between(nanoseconds(0), seconds(40)), Kind::kReport, number,
           caller.step, event);
}

void Simulation::OperateByHand() {
  const TargetName& name = TargetPool()[bits_.Below(TargetPool().size())];
  const bool suspend = bits_.Chance(60);
  const Instant until = bits_.Chance(20) ? kNever : now_ + bits_.Between(nanoseconds(0), seconds(20));
  const bool known = suspend ? router_.Suspend(name.endpoint, name.model, until, now_)
                             : router_.Resume(name.endpoint, name.model, now_);
  if (!known) return;
  ++result_.by_hand;
  referee_.Operator(name, Transitions(), now_);
  referee_.Compare(router_.Targets(now_), now_);
}

void Simulation::Handle(const Happening& happening) {
  switch (happening.kind) {
    case Kind::kArrive:
      Arrive(arrived_++);
      if (arrived_ == options_.calls) return;
      return Schedule(bits_.Chance(96) ? bits_.Between(nanoseconds(0), milliseconds(200))
                                       : bits_.Between(seconds(1), seconds(30)),
                      Kind::kArrive);
    case Kind::kReport:
    case Kind::kWake:
      if (callers_.at(happening.call).step != happening.step) return;
      callers_.at(happening.call).lost = false;
      return Drive(happening.call, happening.event);
    case Kind::kCancel:
      if (referee_.IsDone(happening.call) || callers_.at(happening.call).lost) return;
      return Drive(happening.call, Cancelled());
    case Kind::kWeather:
      weather_.Change(bits_);
      break;
    case Kind::kReload:
      router_.Replace(NewTable());
      referee_.Compare(router_.Targets(now_), now_);
      ++result_.reloads;
      break;
    case Kind::kOperator:
      OperateByHand();
      break;
  }
  // These go on as long as calls arrive.
  const Duration pause = happening.kind == Kind::kWeather ? seconds(2) : seconds(20);
  if (arrived_ < options_.calls) Schedule(bits_.Between(nanoseconds(0), 2 * pause), happening.kind);
}

SimulationResult Simulation::Run() {
  for (const Kind kind : {Kind::kArrive, Kind::kWeather, Kind::kReload, Kind::kOperator}) {
    Schedule(milliseconds(5), kind);
  }
  while (!queue_.empty()) {
    const Happening happening = queue_.top();
    queue_.pop();
    now_ = happening.at;
    Handle(happening);
  }
  for (const auto& [number, caller] : callers_) {
    referee_.Expect(referee_.IsDone(number) || caller.lost, "every call that is not lost ends");
  }
  result_.trace = trace_.value();
  result_.violations = referee_.violations();
  return result_;
}

}  // namespace

void SimulationResult::Add(const SimulationResult& other) {
  violations.insert(violations.end(), other.violations.begin(), other.violations.end());
  for (int SimulationResult::*count :
       {&SimulationResult::calls, &SimulationResult::without_route, &SimulationResult::attempts,
        &SimulationResult::probes, &SimulationResult::last_resorts, &SimulationResult::same_target_retries,
        &SimulationResult::lost, &SimulationResult::lost_probes, &SimulationResult::came_back_late,
        &SimulationResult::explained, &SimulationResult::reloads, &SimulationResult::by_hand,
        &SimulationResult::suspensions}) {
    this->*count += other.*count;
  }
  deepest_nesting = std::max(deepest_nesting, other.deepest_nesting);
  for (std::size_t i = 0; i < verdicts.size(); ++i) verdicts[i] += other.verdicts[i];
}

SimulationResult Simulate(const SimulationOptions& options) { return Simulation(options).Run(); }

}  // namespace spillway::router
