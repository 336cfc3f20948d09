#include "tests/router/scene.h"

#include <map>
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

// "endpoint", or "endpoint/model" where that is not the model everybody has here.
std::string Told(const TargetName& name) {
  return name.model == "m" || name.model.empty() ? name.endpoint : name.endpoint + "/" + name.model;
}

TableSpec::Node Strategy(NodeKind kind, std::vector<TableSpec::Node> children) {
  TableSpec::Node node;
  node.kind = kind;
  node.children = std::move(children);
  return node;
}

std::vector<TableSpec::Node> LeavesOf(std::initializer_list<const char*> names) {
  std::vector<TableSpec::Node> leaves;
  for (const char* name : names) leaves.push_back(LeafOf(name));
  return leaves;
}

}  // namespace

TableSpec::Node LeafOf(std::string name) { return LeafOf(std::move(name), "m"); }

TableSpec::Node LeafOf(std::string endpoint, std::string model) {
  TableSpec::Node node;
  node.target = {"provider", std::move(endpoint), std::move(model)};
  return node;
}

TableSpec::Node Failover(std::vector<TableSpec::Node> children) {
  return Strategy(NodeKind::kFailover, std::move(children));
}

TableSpec::Node Failover(std::initializer_list<const char*> names) { return Failover(LeavesOf(names)); }

TableSpec::Node RoundRobin(std::vector<TableSpec::Node> children) {
  return Strategy(NodeKind::kRoundRobin, std::move(children));
}

TableSpec::Node RoundRobin(std::initializer_list<const char*> names) { return RoundRobin(LeavesOf(names)); }

TableSpec::Node Weighted(std::vector<TableSpec::Node> children) {
  return Strategy(NodeKind::kWeighted, std::move(children));
}

TableSpec::Node Share(std::uint32_t weight, TableSpec::Node node) {
  node.weight = weight;
  return node;
}

TableSpec::Node Weighted(std::initializer_list<std::uint32_t> weights) {
  std::vector<TableSpec::Node> leaves;
  for (const std::uint32_t weight : weights) {
    leaves.push_back(Share(weight, LeafOf(std::string(1, static_cast<char>('a' + leaves.size())))));
  }
  return Weighted(std::move(leaves));
}

TableSpec::Node AtMost(std::uint32_t max_concurrent, TableSpec::Node leaf) {
  leaf.settings.max_concurrent = max_concurrent;
  return leaf;
}

TableSpec::Node Window(std::uint32_t tokens, TableSpec::Node leaf) {
  leaf.settings.context_window = tokens;
  return leaf;
}

TableSpec::Node Within(Duration request_timeout, TableSpec::Node leaf) {
  leaf.settings.request_timeout = request_timeout;
  return leaf;
}

TableSpec::Node Path(std::string path, TableSpec::Node leaf) {
  leaf.settings.path = std::move(path);
  return leaf;
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

Settings FailOnExactly(const std::vector<std::string>& words, Settings settings) {
  std::string bad_word;
  settings.fail_on = FailOn::Parse(words, &bad_word).value();
  return settings;
}

Settings Budget(std::uint32_t percent, std::uint32_t floor, Settings settings) {
  settings.retry_budget = {percent, floor};
  return settings;
}

Settings LeastBad(Settings settings) {
  settings.all_suspended = AllSuspended::kLeastBad;
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
  if (std::holds_alternative<GoOn>(step_)) return "go on";
  const std::string name = Told(report().table->leaf(attempt().leaf).name);
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
  if (const auto* attempt = std::get_if<Try>(&step_)) attempt_ = *attempt;
  return step();
}

std::string Call::Token() {
  RequireAttempt();
  return On(FirstToken());
}

std::string Call::Ok() {
  RequireAttempt();
  return On(Succeeded());
}

std::string Call::Fail(const FailedAttempt& attempt) {
  RequireAttempt();
  return On(Failed{attempt});
}

void Call::RequireAttempt() const {
  if (!std::holds_alternative<Try>(step_) && !std::holds_alternative<GoOn>(step_))
    throw std::logic_error("no attempt is under way: " + step());
}

std::string Call::Cancel() { return On(Cancelled()); }

std::string Call::Refuse(std::string detail) { return On(Unsupported{std::move(detail)}); }

std::string Call::Wake() {
  scene_->now = std::max(scene_->now, std::get<Sleep>(step_).until);
  return On(Woke());
}

Call Scene::Start(Instant deadline, std::string_view model, AnswerForm form) {
  Call call(this, router.Begin(model, Environment::kProduction, now, deadline, form));
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

std::string Scene::Turns(int calls) {
  std::string told;
  for (int i = 0; i < calls; ++i) {
    Call call = Start();
    if (i > 0) told += " ";
    told += call.step();
    if (std::holds_alternative<Try>(call.step_)) call.Ok();
  }
  return told;
}

std::string Scene::Counts(int calls) {
  std::map<std::string, int> counts;
  for (int i = 0; i < calls; ++i) ++counts[Turns(1)];
  std::string told;
  for (const auto& [name, count] : counts) {
    if (!told.empty()) told += ", ";
    told += name + " " + std::to_string(count);
  }
  return told;
}

HealthView Scene::View(std::string_view name) const { return View(name, "m"); }

HealthView Scene::View(std::string_view endpoint, std::string_view model) const {
  for (const TargetStatus& target : router.Targets(now)) {
    if (target.name.endpoint == endpoint && target.name.model == model) return target.view;
  }
  throw std::logic_error("no such target: " + std::string(endpoint));
}

std::string Scene::Transitions() {
  std::string told;
  for (const Transition& transition : router.TakeTransitions()) {
    if (!told.empty()) told += ", ";
    told += Told(transition.name);
    told += " ";
    told += NameOf(transition.now.state);
  }
  return told;
}

std::string Scene::Explained(std::string_view model) const {
  const auto explanation = router.Explain(model, Environment::kProduction, now);
  if (!explanation) return "nothing";
  std::string told;
  for (const Candidate& candidate : explanation->candidates) {
    if (!told.empty()) told += "; ";
    if (!candidate.would_try) told += "-";
    told += Told(explanation->table->leaf(candidate.leaf).name) + ": ";
    told += candidate.reason;
  }
  return told;
}

}  // namespace spillway::router
