// Words to set a scene with: a table in one line, a router at an instant, a call told step by step.
//
// A step reads as text: "a" is a try of endpoint a's model "m" and "a/x" of its model "x", "a (probe)" and
// "a (last resort)" say in which role, "sleep" is a pause, "go on" that there is nothing new, anything in
// capitals is the verdict. Time moves only when a test says so.
#ifndef SPILLWAY_TESTS_ROUTER_SCENE_H_
#define SPILLWAY_TESTS_ROUTER_SCENE_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/router.h"

namespace spillway::router {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

inline constexpr Instant kStart{hours(1)};

// A target of endpoint `name`, model "m".
TableSpec::Node LeafOf(std::string name);
TableSpec::Node LeafOf(std::string endpoint, std::string model);
TableSpec::Node Failover(std::vector<TableSpec::Node> children);
// Leaves only.
TableSpec::Node Failover(std::initializer_list<const char*> names);
TableSpec::Node RoundRobin(std::vector<TableSpec::Node> children);
TableSpec::Node RoundRobin(std::initializer_list<const char*> names);
TableSpec::Node Weighted(std::vector<TableSpec::Node> children);
// As a child of Weighted: Share(3, LeafOf("a")).
TableSpec::Node Share(std::uint32_t weight, TableSpec::Node node);
// Leaves only, called a, b, c, … by their place.
TableSpec::Node Weighted(std::initializer_list<std::uint32_t> weights);
// What a policy says of a leaf.
TableSpec::Node AtMost(std::uint32_t max_concurrent, TableSpec::Node leaf);
TableSpec::Node Window(std::uint32_t tokens, TableSpec::Node leaf);
TableSpec::Node Within(Duration request_timeout, TableSpec::Node leaf);
TableSpec::Node Path(std::string path, TableSpec::Node leaf);
// One policy, for model "gpt" in production.
TableSpec Spec(TableSpec::Node root, Settings settings = {});

// Default settings, failures remembered for `base`.
Settings Remembering(Duration base);
// `settings`, and this.
Settings FailOnExactly(const std::vector<std::string>& words, Settings settings = {});
Settings Budget(std::uint32_t percent, std::uint32_t floor, Settings settings = {});
Settings LeastBad(Settings settings);

FailedAttempt Fail(Failure failure, int http_status = 0, std::optional<Duration> retry_after = {});
FailedAttempt Http500();
FailedAttempt Http503(std::optional<Duration> retry_after = {});
FailedAttempt Http429(std::optional<Duration> retry_after = {});
// An established connection reset before any byte of an answer.
FailedAttempt Reset();
FailedAttempt Refused();

class Scene;

// A call under way. Each event returns the step that follows, as text.
class Call {
 public:
  std::string step() const;
  // The first one of a streamed attempt.
  std::string Token();
  std::string Ok();
  std::string Fail(const FailedAttempt& attempt);
  std::string Cancel();
  // The target cannot do what the request asks for.
  std::string Refuse(std::string detail = "n is more than it can do");
  // Sleeps as long as the step asks and wakes.
  std::string Wake();

  Try attempt() const {
    RequireAttempt();
    return attempt_;
  }
  const CallReport& report() const { return plan_->report(); }

 private:
  friend class Scene;
  Call(Scene* scene, std::optional<Plan> plan) : scene_(scene), plan_(std::move(plan)) {}
  std::string On(Event event);
  void RequireAttempt() const;

  Scene* scene_;
  std::optional<Plan> plan_;
  Step step_ = Done();
  // The latest.
  Try attempt_;
};

// A router and the time it is.
class Scene {
 public:
  explicit Scene(const TableSpec& spec, std::uint64_t seed = 7) : router(spec, seed) {}

  // Begins a call; the scene must outlive it.
  Call Start(Instant deadline = kNever, std::string_view model = "gpt", AnswerForm form = AnswerForm::kWhole);
  Call StartStream(Instant deadline = kNever) { return Start(deadline, "gpt", AnswerForm::kStream); }
  Call StartResettable(Instant deadline = kNever) {
    return Start(deadline, "gpt", AnswerForm::kResettableStream);
  }
  // A whole call: one entry an attempt, nothing for a success. "a b SERVED".
  std::string Play(const std::vector<std::optional<FailedAttempt>>& outcomes);
  // Calls in a row, each answered at once: the first step of each, "a a b a c a a".
  std::string Turns(int calls);
  // As Turns, counted: "a 5, b 1, c 1".
  std::string Counts(int calls);

  void Pass(Duration time) { now += time; }
  // How endpoint `name` (model "m") stands.
  HealthView View(std::string_view name) const;
  HealthView View(std::string_view endpoint, std::string_view model) const;
  TargetState StateOf(std::string_view name) const { return View(name).state; }
  // For how much longer it is suspended.
  Duration Left(std::string_view name) const { return View(name).until - now; }
  // Transitions since last asked: "a suspended, b probing".
  std::string Transitions();
  // What a call would do: "a: first choice; -b: suspended", a dash before what would not be tried.
  std::string Explained(std::string_view model = "gpt") const;

  Instant now = kStart;
  Router router;
};

inline constexpr std::nullopt_t kOk = std::nullopt;

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_SCENE_H_
