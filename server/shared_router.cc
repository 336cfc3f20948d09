#include "server/shared_router.h"

#include <utility>

#include "server/log.h"

namespace spillway::server {
namespace {

void LogTransition(const router::Transition& transition, router::Instant now) {
  const router::HealthView& view = transition.now;
  const bool suspended = view.state == router::TargetState::kSuspended;
  const bool credentials = suspended && view.failure == router::Failure::kCredentials;
  const std::string_view event = suspended                                     ? "target_suspended"
                                 : view.state == router::TargetState::kProbing ? "target_probing"
                                                                               : "target_available";
  LogLine line(credentials ? LogLevel::kError : suspended ? LogLevel::kWarning : LogLevel::kInfo, event);
  line.Text("endpoint", transition.name.endpoint).Text("model", transition.name.model);
  if (suspended) line.Text("failure", view.failure ? router::TraitsOf(*view.failure).name : "by_hand");
  if (suspended && view.until != router::kNever) line.Millis("for_ms", view.until - now);
  if (credentials) line.Text("hint", "the provider refuses our key: check this endpoint's api_key");
  line.Write();
}

}  // namespace

SharedRouter::SharedRouter(const router::TableSpec& spec, std::uint64_t seed, Metrics& metrics)
    : metrics_(metrics), router_(spec, seed) {
  metrics_.SetTargets(router_.Targets(router::Instant()));
}

std::optional<router::Plan> SharedRouter::Begin(std::string_view model, router::Environment environment,
                                                router::Instant now, router::Instant deadline,
                                                router::AnswerForm form) {
  absl::MutexLock lock(&mutex_);
  return router_.Begin(model, environment, now, deadline, form);
}

router::Step SharedRouter::On(router::Plan& plan, router::Event event, router::Instant now) {
  std::vector<router::Transition> transitions;
  mutex_.Lock();
  router::Step step = router_.On(plan, std::move(event), now);
  if (router_.has_transitions()) transitions = router_.TakeTransitions();
  mutex_.Unlock();
  if (!transitions.empty()) Report(transitions, now);
  return step;
}

std::optional<router::Explanation> SharedRouter::Explain(std::string_view model,
                                                         router::Environment environment,
                                                         router::Instant now) {
  absl::MutexLock lock(&mutex_);
  return router_.Explain(model, environment, now);
}

std::vector<router::TargetStatus> SharedRouter::Targets(router::Instant now) {
  absl::MutexLock lock(&mutex_);
  return router_.Targets(now);
}

std::optional<router::TargetStatus> SharedRouter::Suspend(std::string_view endpoint, std::string_view model,
                                                          router::Instant until, router::Instant now) {
  std::vector<router::Transition> transitions;
  {
    absl::MutexLock lock(&mutex_);
    if (!router_.Suspend(endpoint, model, until, now)) return std::nullopt;
    transitions = router_.TakeTransitions();
  }
  Report(transitions, now);
  return FindTarget(endpoint, model, now);
}

std::optional<router::TargetStatus> SharedRouter::Resume(std::string_view endpoint, std::string_view model,
                                                         router::Instant now) {
  std::vector<router::Transition> transitions;
  {
    absl::MutexLock lock(&mutex_);
    if (!router_.Resume(endpoint, model, now)) return std::nullopt;
    transitions = router_.TakeTransitions();
  }
  Report(transitions, now);
  return FindTarget(endpoint, model, now);
}

void SharedRouter::Reconsider(std::string_view endpoint, router::Instant now) {
  std::vector<router::Transition> transitions;
  {
    absl::MutexLock lock(&mutex_);
    router_.Reconsider(endpoint, now);
    transitions = router_.TakeTransitions();
  }
  Report(transitions, now);
}

std::optional<router::TargetStatus> SharedRouter::FindTarget(std::string_view endpoint,
                                                             std::string_view model, router::Instant now) {
  for (router::TargetStatus& target : Targets(now)) {
    if (target.name.endpoint == endpoint && target.name.model == model) return std::move(target);
  }
  return std::nullopt;
}

std::shared_ptr<const router::Table> SharedRouter::Replace(const router::TableSpec& spec) {
  absl::MutexLock lock(&mutex_);
  router_.Replace(spec);
  return router_.table();
}

void SharedRouter::ReportTargets(router::Instant now) {
  metrics_.SetTargets(Targets(now));
  metrics_.SetPolicyTargets(*table());
  changes_.Announce();
}

std::shared_ptr<const router::Table> SharedRouter::table() {
  absl::MutexLock lock(&mutex_);
  return router_.table();
}

void SharedRouter::Report(const std::vector<router::Transition>& transitions, router::Instant now) {
  if (!transitions.empty()) changes_.Announce();
  for (const router::Transition& transition : transitions) {
    metrics_.SetTargetState(transition.name, transition.now.state);
    const bool suspended = transition.now.state == router::TargetState::kSuspended;
    // A probe that ended without a verdict, or another endpoint of that name: the target is suspended as
    // before, and due.
    if (suspended && transition.now.until <= now) continue;
    if (suspended) metrics_.CountSuspension(transition);
    LogTransition(transition, now);
  }
}

}  // namespace spillway::server
