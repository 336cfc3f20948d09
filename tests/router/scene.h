// Words to set a scene with: a table in one line, a router at an instant, a call told step by step.
//
// A step reads as text: "a" is a try of endpoint a, "a (probe)" and "a (last resort)" say in which
// role, "sleep" is a pause, anything in capitals is the verdict. Time moves only when a test says so.
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
TableSpec::Node Failover(std::vector<TableSpec::Node> children);
// Leaves only.
TableSpec::Node Failover(std::initializer_list<const char*> names);
// One policy, for model "gpt" in production.
TableSpec Spec(TableSpec::Node root, Settings settings = {});

// Default settings, failures remembered for `base`.
Settings Remembering(Duration base);

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
  std::string Ok();
  std::string Fail(const FailedAttempt& attempt);
  std::string Cancel();
  // Sleeps as long as the step asks and wakes.
  std::string Wake();

  Try attempt() const { return std::get<Try>(step_); }
  const CallReport& report() const { return plan_->report(); }

 private:
  friend class Scene;
  Call(Scene* scene, std::optional<Plan> plan) : scene_(scene), plan_(std::move(plan)) {}
  std::string On(Event event);

  Scene* scene_;
  std::optional<Plan> plan_;
  Step step_ = Done();
};

// A router and the time it is.
class Scene {
 public:
  explicit Scene(const TableSpec& spec, std::uint64_t seed = 7) : router(spec, seed) {}

  // Begins a call; the scene must outlive it.
  Call Start(Instant deadline = kNever, std::string_view model = "gpt");
  // A whole call: one entry an attempt, nothing for a success. "a b SERVED".
  std::string Play(const std::vector<std::optional<FailedAttempt>>& outcomes);

  void Pass(Duration time) { now += time; }
  // How endpoint `name` (model "m") stands.
  HealthView View(std::string_view name) const;
  TargetState StateOf(std::string_view name) const { return View(name).state; }
  // For how much longer it is suspended.
  Duration Left(std::string_view name) const { return View(name).until - now; }
  // Transitions since last asked: "a suspended, b probing".
  std::string Transitions();

  Instant now = kStart;
  Router router;
};

inline constexpr std::nullopt_t kOk = std::nullopt;

}  // namespace spillway::router

#endif  // SPILLWAY_TESTS_ROUTER_SCENE_H_
