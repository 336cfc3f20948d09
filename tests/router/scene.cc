#include "tests/router/scene.h"

#include <stdexcept>
#include <utility>

namespace spillway::router {
namespace {

std::string_view NameOf(TargetState state) {
  switch (state) {
    case TargetState::kAvailable:
      return "available";
    case TargetState::kSuspended:
      return "suspended";
    case TargetState::kProbing:
      return "probing";
  }
  return "?";
}

}  // namespace

TableSpec::Node LeafOf(std::string name) {
  TableSpec::Node node;
  node.target = {"provider", std::move(name), "m"};
  return node;
}

TableSpec::Node Failover(std::vector<TableSpec::Node> children) {
  TableSpec::Node node;
  node.children = std::move(children);
  return node;
}

TableSpec::Node Failover(std::initializer_list<const char*> names) {
  TableSpec::Node node;
  for (const char* name : names) node.children.push_back(LeafOf(name));
  return node;
}

TableSpec Spec(TableSpec::Node root, Settings settings) {
  TableSpec spec;
  TableSpec::Policy& policy = spec.policies.emplace_back();
  policy.name = "policy";
  policy.model = "gpt";
  policy.settings = settings;
  policy.root = std::move(root);
  return spec;
}

Settings Remembering(Duration base) {
  Settings settings;
  settings.health.suspend_duration = base;
  return settings;
}

FailedAttempt Fail(Failure failure, int http_status, std::optional<Duration> retry_after) {
  FailedAttempt attempt;
  attempt.failure = failure;
  attempt.http_status = http_status;
  attempt.retry_after = retry_after;
  return attempt;
}

FailedAttempt Http500() { return Fail(Failure::kServerError, 500); }
FailedAttempt Http503(std::optional<Duration> retry_after) {
  return Fail(Failure::kOverloaded, 503, retry_after);
}
FailedAttempt Http429(std::optional<Duration> retry_after) {
  return Fail(Failure::kRateLimited, 429, retry_after);
}
FailedAttempt Refused() { return Fail(Failure::kConnect); }

FailedAttempt Reset() {
  FailedAttempt attempt = Fail(Failure::kConnect);
  attempt.connection_reset = true;
  return attempt;
}

std::string Call::step() const {
  if (std::holds_alternative<Done>(step_)) return std::string(router::NameOf(report().verdict));
  if (std::holds_alternative<Sleep>(step_)) return "sleep";
  const std::string& name = report().table->leaf(attempt().leaf).name.endpoint;
  switch (report().last_attempt()->role) {
    case Ticket::Role::kOrdinary:
      return name;
    case Ticket::Role::kProbe:
      return name + " (probe)";
    case Ticket::Role::kLastResort:
      return name + " (last resort)";
  }
  return "?";
}

std::string Call::On(Event event) {
  step_ = scene_->router.On(*plan_, std::move(event), scene_->now);
  return step();
}

std::string Call::Ok() { return On(Succeeded()); }
std::string Call::Fail(const FailedAttempt& attempt) { return On(Failed{attempt}); }
std::string Call::Cancel() { return On(Cancelled()); }

std::string Call::Wake() {
  scene_->now = std::max(scene_->now, std::get<Sleep>(step_).until);
  return On(Woke());
}

Call Scene::Start(Instant deadline, std::string_view model) {
  Call call(this, router.Begin(model, Environment::kProduction, now, deadline));
  if (!call.plan_) throw std::logic_error("no route for the model");
  call.On(Started());
  return call;
}

std::string Scene::Play(const std::vector<std::optional<FailedAttempt>>& outcomes) {
  Call call = Start();
  std::string told = call.step();
  for (const auto& outcome : outcomes) {
    told += " " + (outcome ? call.Fail(*outcome) : call.Ok());
    if (call.step() == "sleep") told += " " + call.Wake();
  }
  return told;
}

HealthView Scene::View(std::string_view name) const {
  for (const TargetStatus& target : router.Targets(now)) {
    if (target.name.endpoint == name) return target.view;
  }
  throw std::logic_error("no such target: " + std::string(name));
}

std::string Scene::Transitions() {
  std::string told;
  for (const Transition& transition : router.TakeTransitions()) {
    if (!told.empty()) told += ", ";
    told += transition.leaf.name.endpoint;
    told += " ";
    told += NameOf(transition.now.state);
  }
  return told;
}

}  // namespace spillway::router
