#include "server/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "absl/container/flat_hash_set.h"

namespace spillway::server {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Histogram;
using prometheus::Labels;

// Seconds. A completion takes from a tenth of a second to minutes.
const Histogram::BucketBoundaries kCallBuckets = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300};
// Seconds. The first token of a streamed one, from tens of milliseconds to first_token_timeout and beyond.
const Histogram::BucketBoundaries kFirstTokenBuckets = {0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1,
                                                        1.5,   2.5,  5,   10,  15,   30,  60};
// Seconds. Our own share is tens of microseconds.
const Histogram::BucketBoundaries kOverheadBuckets = {0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                                      0.0025,   0.005,   0.01,   0.05,    0.1};

// A target of the primary endpoint has no model of its own; a caller's must not become a label.
std::string ModelLabel(const router::TargetName& name) { return name.model.empty() ? "*" : name.model; }

Labels LabelsOf(const router::TargetName& name) {
  return {{"endpoint", name.endpoint}, {"model", ModelLabel(name)}};
}

Labels With(Labels labels, std::string name, std::string_view value) {
  labels.emplace(std::move(name), std::string(value));
  return labels;
}

Labels ConnectionLabels(const std::string& endpoint, const char* state) {
  return {{"endpoint", endpoint}, {"state", state}};
}

double Seconds(router::Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

std::string_view NameOf(absl::StatusCode code) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return kNames[static_cast<std::size_t>(code)];
}

Metrics::Metrics()
    : calls_(BuildCounter()
                 .Name("spillway_calls_total")
                 .Help("Calls by policy, environment and gRPC status code.")
                 .Register(registry_)),
      call_duration_(BuildHistogram()
                         .Name("spillway_call_duration_seconds")
                         .Help("Time from a call's arrival to its answer.")
                         .Register(registry_)),
      attempts_(BuildCounter()
                    .Name("spillway_attempts_total")
                    .Help("Attempts by target and outcome: ok, or the failure.")
                    .Register(registry_)),
      attempt_duration_(BuildHistogram()
                            .Name("spillway_attempt_duration_seconds")
                            .Help("Time of one attempt at a target, whatever its outcome.")
                            .Register(registry_)),
      time_to_first_token_(BuildHistogram()
                               .Name("spillway_time_to_first_token_seconds")
                               .Help("Time from a streamed attempt's start to its first token, if one came.")
                               .Register(registry_)),
      failovers_(BuildCounter()
                     .Name("spillway_failovers_total")
                     .Help("Times a call went on from one target to another, and the failure it did so for.")
                     .Register(registry_)),
      suspensions_(BuildCounter()
                       .Name("spillway_suspensions_total")
                       .Help("Times a target was suspended, by the failure that did it.")
                       .Register(registry_)),
      tokens_(BuildCounter()
                  .Name("spillway_tokens_total")
                  .Help("Tokens by type; prompt includes cached, completion includes reasoning.")
                  .Register(registry_)),
      target_state_(BuildGauge()
                        .Name("spillway_target_state")
                        .Help("0 available, 1 suspended, 2 probing.")
                        .Register(registry_)),
      policy_target_(BuildGauge()
                         .Name("spillway_policy_target")
                         .Help("Always 1; the labels say which targets a policy may go to. To be joined with "
                               "spillway_target_state.")
                         .Register(registry_)),
      connections_(BuildGauge()
                       .Name("spillway_connections")
                       .Help("Connections to an endpoint: connecting, active or idle.")
                       .Register(registry_)),
      router_overhead_(&BuildHistogram()
                            .Name("spillway_router_overhead_seconds")
                            .Help("Time of a call that was not spent waiting for a provider.")
                            .Register(registry_)
                            .Add({}, kOverheadBuckets)),
      in_flight_(&BuildGauge()
                      .Name("spillway_calls_in_flight")
                      .Help("Calls being served right now.")
                      .Register(registry_)
                      .Add({})),
      config_hash_(&BuildGauge()
                        .Name("spillway_config_hash")
                        .Help("Hash of the configuration in force.")
                        .Register(registry_)
                        .Add({})),
      last_reload_successful_(
          &BuildGauge()
               .Name("spillway_config_last_reload_successful")
               .Help("1 if the configuration as last read is the one in force, 0 if it was rejected.")
               .Register(registry_)
               .Add({})),
      lost_log_lines_(&BuildCounter()
                           .Name("spillway_log_lines_lost_total")
                           .Help("Log lines that could not be written.")
                           .Register(registry_)
                           .Add({})),
      gen_ai_(registry_),
      door_(registry_),
      port_(registry_),
      process_(registry_) {
  auto& reloads = BuildCounter()
                      .Name("spillway_config_reloads_total")
                      .Help("Times the configuration was read again, by what came of it.")
                      .Register(registry_);
  static constexpr std::array<const char*, kReloadOutcomes> kOutcomes = {"applied", "unchanged", "rejected"};
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) reloads_[i] = &reloads.Add({{"result", kOutcomes[i]}});
  auto& refused =
      BuildCounter()
          .Name("spillway_calls_refused_total")
          .Help("Calls refused because as many as may be were in flight: in all, or of their caller.")
          .Register(registry_);
  last_reload_successful_->Set(1);
  refused_ = {&refused.Add({{"bound", "server"}}), &refused.Add({{"bound", "caller"}})};
  BuildGauge()
      .Name("spillway_build_info")
      .Help("Always 1; the labels say what is running.")
      .Register(registry_)
      .Add({{"version", SPILLWAY_VERSION}})
      .Set(1);
}

std::string Metrics::Serialize() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

void Metrics::CountSuspension(const router::Transition& transition) {
  const std::string_view why =
      transition.now.failure ? router::TraitsOf(*transition.now.failure).name : std::string_view("by_hand");
  suspensions_.Add(With(LabelsOf(transition.name), "failure", why)).Increment();
}

void Metrics::SetTargets(const std::vector<router::TargetStatus>& targets) {
  const absl::MutexLock lock(&targets_mutex_);
  auto gone = std::exchange(targets_, {});
  for (const router::TargetStatus& target : targets) {
    prometheus::Gauge& gauge = target_state_.Add(LabelsOf(target.name));
    gauge.Set(static_cast<double>(target.view.state));
    const TargetKey key(target.name.endpoint, target.name.model);
    targets_[key] = &gauge;
    gone.erase(key);
  }
  for (const auto& [key, gauge] : gone) target_state_.Remove(gauge);
}

void Metrics::SetTargetState(const router::TargetName& target, router::TargetState state) {
  const absl::MutexLock lock(&targets_mutex_);
  const auto found = targets_.find(TargetKey(target.endpoint, target.model));
  if (found != targets_.end()) found->second->Set(static_cast<double>(state));
}

void Metrics::SetPolicyTargets(const router::Table& table) {
  const absl::MutexLock lock(&targets_mutex_);
  const auto gone = std::exchange(policy_targets_, {});
  absl::flat_hash_set<prometheus::Gauge*> kept;
  for (const router::PolicyRoute& route : table.routes()) {
    Labels labels = {{"policy", route.name}, {"environment", std::string(router::NameOf(route.environment))}};
    for (router::LeafId id = 0; id < route.tree.leaf_count; ++id) {
      Labels of_leaf = LabelsOf(table.leaf(route.tree.first_leaf + id).name);
      of_leaf.insert(labels.begin(), labels.end());
      prometheus::Gauge& gauge = policy_target_.Add(of_leaf);
      gauge.Set(1);
      // A tree may name a target twice.
      if (kept.insert(&gauge).second) policy_targets_.push_back(&gauge);
    }
  }
  for (prometheus::Gauge* gauge : gone) {
    if (!kept.contains(gauge)) policy_target_.Remove(gauge);
  }
}

void Metrics::SetConnections(const std::string& endpoint, const transport::ConnectionCounts& counts) {
  const auto set = [&](const char* state, std::size_t count) {
    connections_.Add(ConnectionLabels(endpoint, state)).Set(static_cast<double>(count));
  };
  set("connecting", counts.connecting);
  set("active", counts.active);
  set("idle", counts.idle);
}

void Metrics::ForgetEndpoint(const std::string& endpoint) {
  for (const char* state : {"connecting", "active", "idle"}) {
    connections_.Remove(&connections_.Add(ConnectionLabels(endpoint, state)));
  }
}

void Metrics::SetConfigHash(std::uint64_t hash) { config_hash_->Set(static_cast<double>(hash)); }

void Metrics::SetLostLogLines(std::uint64_t lines) {
  lost_log_lines_->Increment(static_cast<double>(lines) - lost_log_lines_->Value());
}

void Metrics::CountReload(ReloadOutcome outcome) {
  reloads_[static_cast<std::size_t>(outcome)]->Increment();
  last_reload_successful_->Set(outcome == ReloadOutcome::kRejected ? 0 : 1);
}

void Metrics::CountUnrouted(std::optional<router::Environment> environment, absl::StatusCode code) {
  calls_
      .Add({{"policy", ""},
            {"environment", environment ? std::string(router::NameOf(*environment)) : ""},
            {"code", std::string(NameOf(code))}})
      .Increment();
}

LeafMetrics::LeafMetrics(Metrics& metrics, const router::Leaf& leaf)
    : metrics_(metrics),
      labels_(LabelsOf(leaf.name)),
      duration_(&metrics.attempt_duration_.Add(labels_, kCallBuckets)) {
  Outcome(0);
  static constexpr std::array<const char*, 4> kTypes = {"prompt", "completion", "cached", "reasoning"};
  for (std::size_t i = 0; i < kTypes.size(); ++i)
    tokens_[i] = &metrics.tokens_.Add(With(labels_, "type", kTypes[i]));
}

void LeafMetrics::AlsoCountAs(const GenAiServer& server) {
  gen_ai_.emplace(metrics_.gen_ai_, server, labels_.at("model"));
}

prometheus::Counter& LeafMetrics::Outcome(std::size_t index) {
  prometheus::Counter*& counter = outcomes_[index];
  if (counter == nullptr) {
    const std::string_view outcome =
        index == 0 ? "ok" : router::TraitsOf(static_cast<router::Failure>(index)).name;
    counter = &metrics_.attempts_.Add(With(labels_, "outcome", outcome));
  }
  return *counter;
}

void LeafMetrics::CountAttempt(const router::AttemptRecord& attempt) {
  Outcome(attempt.failed ? static_cast<std::size_t>(attempt.failed->failure) : 0).Increment();
  duration_->Observe(Seconds(attempt.end - attempt.start));
  if (gen_ai_) gen_ai_->CountAttempt(attempt);
  if (!attempt.first_token) return;
  if (first_token_ == nullptr) first_token_ = &metrics_.time_to_first_token_.Add(labels_, kFirstTokenBuckets);
  first_token_->Observe(Seconds(*attempt.first_token - attempt.start));
}

void LeafMetrics::CountTokens(const v1::Usage& usage) {
  const std::array<std::int64_t, 4> counts = {usage.prompt_tokens(), usage.completion_tokens(),
                                              usage.cached_tokens(), usage.reasoning_tokens()};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) tokens_[i]->Increment(static_cast<double>(counts[i]));
  }
  if (gen_ai_) gen_ai_->CountTokens(usage);
}

RouteMetrics::RouteMetrics(Metrics& metrics, const std::string& policy, router::Environment environment)
    : metrics_(metrics),
      policy_(policy),
      environment_(router::NameOf(environment)),
      duration_(&metrics.call_duration_.Add({{"policy", policy}}, kCallBuckets)) {}

void RouteMetrics::CountCall(const router::CallReport& report, router::Duration duration) {
  prometheus::Counter*& calls = calls_[static_cast<std::size_t>(report.code)];
  if (calls == nullptr) {
    calls = &metrics_.calls_.Add(
        {{"policy", policy_}, {"environment", environment_}, {"code", std::string(NameOf(report.code))}});
  }
  calls->Increment();
  duration_->Observe(Seconds(duration));
  if (report.attempts.size() > 1) CountFailovers(report);
}

void RouteMetrics::CountFailovers(const router::CallReport& report) {
  for (std::size_t i = 1; i < report.attempts.size(); ++i) {
    const router::AttemptRecord& from = report.attempts[i - 1];
    const router::AttemptRecord& to = report.attempts[i];
    if (from.leaf == to.leaf || !from.failed) continue;
    prometheus::Counter*& counter = failovers_[Failover(from.leaf, to.leaf, from.failed->failure)];
    if (counter == nullptr) {
      const router::TargetName& from_name = report.table->leaf(from.leaf).name;
      const router::TargetName& to_name = report.table->leaf(to.leaf).name;
      counter =
          &metrics_.failovers_.Add({{"policy", policy_},
                                    {"from_endpoint", from_name.endpoint},
                                    {"from_model", ModelLabel(from_name)},
                                    {"to_endpoint", to_name.endpoint},
                                    {"to_model", ModelLabel(to_name)},
                                    {"failure", std::string(router::TraitsOf(from.failed->failure).name)}});
    }
    counter->Increment();
  }
}

}  // namespace spillway::server
