#include "tests/router/simulation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "router/router.h"
#include "tests/router/climate.h"
#include "tests/router/explain_judge.h"
#include "tests/router/random_table.h"
#include "tests/router/referee.h"
#include "tests/router/scene.h"
#include "tests/router/trace.h"
#include "tests/router/weather.h"

namespace spillway::router {
namespace {

AnswerForm RandomForm(Bits& bits) {
  const std::uint64_t kind = bits.Below(100);
  if (kind < 60) return AnswerForm::kWhole;
  return kind < 85 ? AnswerForm::kStream : AnswerForm::kResettableStream;
}

// How long an attempt that begins now may go on without a word.
Duration LongestOf(const Try& attempt, Instant now) {
  const Duration longest = attempt.deadline - now;
  return attempt.streamed ? std::min(longest, attempt.first_token_timeout) : longest;
}

class Simulation {
 public:
  explicit Simulation(const SimulationOptions& options)
      : options_(options),
        bits_(options.seed),
        climate_(bits_),
        weather_(TargetPool().size()),
        spec_(tables_.Next(bits_)),
        router_(spec_, bits_.Next()),
        explain_judge_(record_),
        referee_(record_) {
    referee_.Adopt(spec_, *router_.table());
  }

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
  // What an attempt will report, and how long from now.
  struct Outcome {
    Duration after = Duration::zero();
    Event event = Started();
  };
  struct Caller {
    Plan plan;
    Request request;
    int step = 0;
    // What follows the first token of the attempt under way.
    Outcome rest;
  };

  void Schedule(Duration in, Kind kind, int call = 0, int step = 0, Event event = Started());
  void Arrive(int number);
  Instant RandomDeadline();
  void Drive(int number, const Event& event);
  void Attempt(int number, Caller& caller, const Try& attempt);
  Outcome OutcomeOf(const Try& attempt, const std::optional<Answer>& answer);
  Outcome RestOf(const Try& attempt, const std::optional<Answer>& answer);
  void OperateByHand();
  void Handle(const Happening& happening);
  void HandleCall(const Happening& happening);
  void ScheduleNext(Kind kind);
  void EndDay();
  std::vector<Transition> TakeTransitions();
  void Compare() { referee_.Compare(router_.Targets(now_), now_); }
  void Trail(const Step& step, const CallReport& report);

  const SimulationOptions options_;
  Record record_;
  Trace trace_;
  Bits bits_;
  const Climate climate_;
  Weather weather_;
  RandomTables tables_;
  TableSpec spec_;
  Router router_;
  ExplainJudge explain_judge_;
  Referee referee_;
  Instant now_ = kStart;
  int scheduled_ = 0;
  int arrived_ = 0;
  std::map<int, Caller> callers_;
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> queue_;
};

void Simulation::Schedule(Duration in, Kind kind, int call, int step, Event event) {
  queue_.push({SaturatingAdd(now_, in), scheduled_++, kind, call, step, std::move(event)});
}

std::vector<Transition> Simulation::TakeTransitions() {
  std::vector<Transition> transitions = router_.TakeTransitions();
  for (const Transition& transition : transitions) {
    trace_.Feed(transition.name.endpoint);
    trace_.Feed(static_cast<std::int64_t>(transition.now.state));
    trace_.Feed(transition.now.until);
  }
  record_.Expect(!router_.has_transitions(), "a transition is reported once");
  return transitions;
}

Instant Simulation::RandomDeadline() {
  const std::uint64_t kind = bits_.Below(100);
  if (kind < 60) return kNever;
  if (kind < 85) return now_ + bits_.Between(seconds(1), seconds(20));
  if (kind < 99) return now_ + bits_.Between(milliseconds(5), milliseconds(400));
  return now_ - bits_.Between(nanoseconds(0), milliseconds(10));
}

void Simulation::Arrive(int number) {
  const std::string model = "gpt" + std::to_string(bits_.Below(5));
  const Environment environment = bits_.Chance(15) ? Environment::kSandbox : Environment::kProduction;
  const Instant deadline = RandomDeadline();
  const Request request = RandomRequest(bits_);
  std::optional<Explanation> explanation;
  if (options_.explain) {
    explanation = explain_judge_.Ask(router_, model, environment, now_);
    Compare();
  }
  const AnswerForm form = RandomForm(bits_);
  auto plan = router_.Begin(model, environment, now_, deadline, form);
  record_.Note(plan ? "call" : "call without a route");
  referee_.Begin(number, plan ? &*plan : nullptr, model, environment, now_, deadline, form);
  if (!plan) return record_.Expect(!explanation, "what can be explained can be begun");
  Caller& caller = callers_.emplace(number, Caller{std::move(*plan), request, 0, {}}).first->second;
  Drive(number, Started());
  if (options_.explain && deadline > now_) explain_judge_.JudgeFirst(explanation, caller.plan.report());
  if (bits_.Chance(12)) Schedule(bits_.Between(nanoseconds(0), seconds(2)), Kind::kCancel, number);
}

void Simulation::Drive(int number, const Event& event) {
  Caller& caller = callers_.at(number);
  ++caller.step;
  const Step step = router_.On(caller.plan, event, now_);
  referee_.Judge(number, caller.plan, event, step, TakeTransitions(), now_);
  Compare();
  Trail(step, caller.plan.report());
  if (const auto* attempt = std::get_if<Try>(&step)) {
    Attempt(number, caller, *attempt);
  } else if (const auto* sleep = std::get_if<Sleep>(&step)) {
    // A timer may be late.
    const Duration late =
        bits_.Chance(80) ? Duration::zero() : bits_.Between(nanoseconds(0), milliseconds(200));
    Schedule(sleep->until - now_ + late, Kind::kWake, number, caller.step, Woke());
  } else if (std::holds_alternative<GoOn>(step)) {
    Schedule(caller.rest.after, Kind::kReport, number, caller.step, std::move(caller.rest.event));
  }
}

void Simulation::Trail(const Step& step, const CallReport& report) {
  trace_.Feed(now_);
  trace_.Feed(static_cast<std::int64_t>(step.index()));
  if (const auto* attempt = std::get_if<Try>(&step)) {
    const Leaf& leaf = report.table->leaf(attempt->leaf);
    trace_.Feed(leaf.name.endpoint);
    trace_.Feed(leaf.name.model);
    trace_.Feed(attempt->deadline);
  } else if (const auto* sleep = std::get_if<Sleep>(&step)) {
    trace_.Feed(sleep->until);
  } else {
    trace_.Feed(NameOf(report.verdict));
    trace_.Feed(static_cast<std::int64_t>(report.code));
    trace_.Feed(std::int64_t{report.retry_after.value_or(Duration(-1)).count()});
  }
}

void Simulation::Attempt(int number, Caller& caller, const Try& attempt) {
  const Leaf& leaf = caller.plan.report().table->leaf(attempt.leaf);
  if (caller.request.IsBeyond(leaf)) {
    return Schedule(Duration::zero(), Kind::kReport, number, caller.step, Unsupported{"n"});
  }
  const std::optional<Answer> answer = weather_.Meet(leaf, caller.request, bits_);
  Outcome outcome = OutcomeOf(attempt, answer);
  // A provider that fails before its answer begins does so at once; one that answers breaks off on the way.
  const bool at_once = answer && answer->failed && (answer->failed->connection_reset || bits_.Chance(50));
  if (attempt.streamed && !at_once && bits_.Chance(80)) {
    const Duration first = bits_.Between(nanoseconds(0), outcome.after);
    caller.rest = RestOf(attempt, answer);
    return Schedule(first, Kind::kReport, number, caller.step, FirstToken());
  }
  if (bits_.Chance(5)) {
    record_.Note("lost attempt");
    if (caller.plan.report().last_attempt()->role == Ticket::Role::kProbe) record_.Note("lost probe");
    if (bits_.Chance(40)) outcome.event = Cancelled();
    outcome.after = LongestOf(attempt, now_) + bits_.Between(nanoseconds(0), seconds(40));
  }
  Schedule(outcome.after, Kind::kReport, number, caller.step, std::move(outcome.event));
}

// Of an attempt that waits for all of its answer at once, or for its first token.
Simulation::Outcome Simulation::OutcomeOf(const Try& attempt, const std::optional<Answer>& answer) {
  const Duration longest = LongestOf(attempt, now_);
  if (!answer || answer->after >= longest) {
    const bool silent = attempt.streamed && longest < attempt.deadline - now_;
    return {longest, Failed{Fail(silent ? Failure::kFirstTokenTimeout : attempt.on_timeout)}};
  }
  if (answer->failed) return {answer->after, Failed{*answer->failed}};
  return {answer->after, Succeeded()};
}

// Of an attempt whose first token is about to come.
Simulation::Outcome Simulation::RestOf(const Try& attempt, const std::optional<Answer>& answer) {
  Outcome rest{bits_.Between(nanoseconds(0), seconds(3)), Succeeded()};
  if (!answer || bits_.Chance(10)) rest = {attempt.stream_idle_timeout, Failed{Fail(Failure::kStalled, 200)}};
  if (answer && answer->failed) {
    FailedAttempt failed = *answer->failed;
    // Said in the midst of an answer that began well; now and then by a proxy that knows better.
    if (bits_.Chance(80)) failed.http_status = 200;
    rest.event = Failed{std::move(failed)};
  }
  if (bits_.Chance(5)) {
    record_.Note("long stream");
    rest.after += bits_.Between(seconds(1), minutes(15));
  }
  const Duration left = std::max(attempt.deadline - now_, Duration::zero());
  if (rest.after >= left) rest = {left, Failed{Fail(attempt.on_timeout)}};
  return rest;
}

void Simulation::OperateByHand() {
  const TargetName& name = bits_.OneOf(TargetPool());
  const bool suspend = bits_.Chance(60);
  const Instant until = bits_.Chance(10) ? kNever : now_ + bits_.Between(nanoseconds(0), seconds(20));
  const bool known = suspend ? router_.Suspend(name.endpoint, name.model, until, now_)
                             : router_.Resume(name.endpoint, name.model, now_);
  if (!known) return record_.Expect(!router_.has_transitions(), "what no table names is not operated");
  record_.Note("operated by hand");
  if (suspend) {
    referee_.SuspendedByHand(name, until, TakeTransitions());
  } else {
    referee_.ResumedByHand(name, TakeTransitions());
  }
}

void Simulation::HandleCall(const Happening& happening) {
  const bool done = referee_.IsDone(happening.call);
  if (happening.kind == Kind::kCancel) {
    if (!done) Drive(happening.call, Cancelled());
  } else if (callers_.at(happening.call).step == happening.step) {
    Drive(happening.call, happening.event);
  }
}

void Simulation::Handle(const Happening& happening) {
  switch (happening.kind) {
    case Kind::kReport:
    case Kind::kWake:
    case Kind::kCancel:
      return HandleCall(happening);
    case Kind::kArrive:
      Arrive(arrived_++);
      break;
    case Kind::kWeather:
      weather_.Change(bits_);
      break;
    case Kind::kReload:
      spec_ = tables_.Next(bits_);
      router_.Replace(spec_);
      referee_.Adopt(spec_, *router_.table());
      record_.Note("reload");
      break;
    case Kind::kOperator:
      OperateByHand();
      break;
  }
  Compare();
  ScheduleNext(happening.kind);
}

void Simulation::ScheduleNext(Kind kind) {
  if (arrived_ == options_.calls) return;
  if (kind == Kind::kArrive) {
    const bool pause = bits_.Chance(3);
    return Schedule(
        pause ? bits_.Between(seconds(1), seconds(30)) : bits_.Between(nanoseconds(0), climate_.arrivals),
        kind);
  }
  const Duration most = kind == Kind::kWeather  ? climate_.weather
                        : kind == Kind::kReload ? climate_.reloads
                                                : climate_.operators;
  Schedule(bits_.Between(nanoseconds(0), most), kind);
}

SimulationResult Simulation::Run() {
  Schedule(milliseconds(5), Kind::kArrive);
  if (!climate_.calm) {
    for (const Kind kind : {Kind::kWeather, Kind::kReload, Kind::kOperator}) Schedule(seconds(1), kind);
  }
  while (!queue_.empty() && record_.violations().empty()) {
    const Happening happening = queue_.top();
    queue_.pop();
    now_ = happening.at;
    Handle(happening);
  }
  if (record_.violations().empty()) EndDay();
  return {trace_.value(), std::move(record_)};
}

void Simulation::EndDay() {
  // Every target there ever was must be found as it was left.
  spec_ = TableOfEveryTarget();
  router_.Replace(spec_);
  referee_.Adopt(spec_, *router_.table());
  Compare();
  referee_.JudgeEnd();
}

}  // namespace

SimulationResult Simulate(const SimulationOptions& options) { return Simulation(options).Run(); }

}  // namespace spillway::router
