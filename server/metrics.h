// What Prometheus sees. Series are made from configuration and from closed enums only: a
// caller can create none.
//
// Handles are resolved when they are first needed and kept (a look-up by labels costs 30 times
// an increment): LeafMetrics and RouteMetrics belong to one configuration and are used on the I/O
// thread only. The registry itself is thread-safe.
#ifndef SPILLWAY_SERVER_METRICS_H_
#define SPILLWAY_SERVER_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "router/call_report.h"
#include "router/router.h"
#include "server/call/call_limits.h"
#include "server/gen_ai_metrics.h"
#include "server/grpc/port_metrics.h"
#include "server/openai/door_metrics.h"
#include "server/process_metrics.h"
#include "server/reload_result.h"
#include "server/target_figures.h"
#include "spillway/v1/chat.pb.h"
#include "transport/http_client.h"

namespace spillway::server {

class Metrics;

// The handles of one leaf.
class LeafMetrics {
 public:
  LeafMetrics(Metrics& metrics, const router::Leaf& leaf);

  // From now on everything is counted under the names of the GenAI conventions, too.
  void AlsoCountAs(const GenAiServer& server);

  void CountAttempt(const router::AttemptRecord& attempt);
  void CountTokens(const v1::Usage& usage);

 private:
  prometheus::Counter& Outcome(std::size_t index);

  Metrics& metrics_;
  prometheus::Labels labels_;
  // [0] is ok, the others are numbered as Failure.
  std::array<prometheus::Counter*, router::kFailureCount + 1> outcomes_{};
  prometheus::Histogram* duration_;
  // Null until a stream's first token has come.
  prometheus::Histogram* first_token_ = nullptr;
  std::array<prometheus::Counter*, 4> tokens_{};
  std::optional<GenAiLeafMetrics> gen_ai_;
};

// The handles of one policy in one environment.
class RouteMetrics {
 public:
  RouteMetrics(Metrics& metrics, const std::string& policy, router::Environment environment);

  // Everything a call's report says, but for its attempts.
  void CountCall(const router::CallReport& report, router::Duration duration);

 private:
  using Failover = std::tuple<router::LeafId, router::LeafId, router::Failure>;

  void CountFailovers(const router::CallReport& report);

  Metrics& metrics_;
  std::string policy_;
  std::string environment_;
  // Indexed by gRPC status code.
  std::array<prometheus::Counter*, 17> calls_{};
  prometheus::Histogram* duration_;
  absl::flat_hash_map<Failover, prometheus::Counter*> failovers_;
};

class Metrics {
 public:
  Metrics();

  // The exposition format.
  std::string Serialize() const;

  void CountSuspension(const router::Transition& transition);
  // The targets there are: from now on they have a state, and no others.
  void SetTargets(const std::vector<router::TargetStatus>& targets);
  // Nothing happens where the target is none: a call that began before a reload may still have news of it.
  void SetTargetState(const router::TargetName& target, router::TargetState state);
  // The table in force: which policy may go to which target.
  void SetPolicyTargets(const router::Table& table);
  void SetConnections(const std::string& endpoint, const transport::ConnectionCounts& counts);
  // Its connections are shown no longer.
  void ForgetEndpoint(const std::string& endpoint);
  void SetConfigHash(std::uint64_t hash);
  void CountReload(ReloadOutcome outcome);
  // In all, since the start.
  void SetLostLogLines(std::uint64_t lines);

  // A call that no route was found for, or that was refused before one was looked for. No environment:
  // nobody knows whose call it was.
  void CountUnrouted(std::optional<router::Environment> environment, absl::StatusCode code);

  // A call beyond a bound on calls in flight.
  void CountRefused(CallLimits::Bound bound) { refused_[static_cast<std::size_t>(bound)]->Increment(); }

  prometheus::Gauge& in_flight() { return *in_flight_; }
  prometheus::Histogram& router_overhead() { return *router_overhead_; }

  // Of the OpenAI-compatible listener.
  DoorMetrics& door() { return door_; }
  // Of the public gRPC listener, and of this process.
  PortMetrics& port() { return port_; }
  ProcessMetrics& process() { return process_; }

  // The same of targets, for the operator's service rather than for Prometheus.
  FiguresBook& figures() { return figures_; }

 private:
  friend class LeafMetrics;
  friend class RouteMetrics;

  // Endpoint and model.
  using TargetKey = std::pair<std::string, std::string>;

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& call_duration_;
  prometheus::Family<prometheus::Counter>& attempts_;
  prometheus::Family<prometheus::Histogram>& attempt_duration_;
  prometheus::Family<prometheus::Histogram>& time_to_first_token_;
  prometheus::Family<prometheus::Counter>& failovers_;
  prometheus::Family<prometheus::Counter>& suspensions_;
  prometheus::Family<prometheus::Counter>& tokens_;
  prometheus::Family<prometheus::Gauge>& target_state_;
  prometheus::Family<prometheus::Gauge>& policy_target_;
  prometheus::Family<prometheus::Gauge>& connections_;
  prometheus::Histogram* router_overhead_;
  prometheus::Gauge* in_flight_;
  prometheus::Gauge* config_hash_;
  prometheus::Gauge* last_reload_successful_;
  // By bound.
  std::array<prometheus::Counter*, 2> refused_{};
  // By outcome.
  std::array<prometheus::Counter*, kReloadOutcomes> reloads_{};
  prometheus::Counter* lost_log_lines_;
  GenAiMetrics gen_ai_;
  DoorMetrics door_;
  PortMetrics port_;
  ProcessMetrics process_;
  FiguresBook figures_;
  absl::Mutex targets_mutex_;
  absl::flat_hash_map<TargetKey, prometheus::Gauge*> targets_ ABSL_GUARDED_BY(targets_mutex_);
  std::vector<prometheus::Gauge*> policy_targets_ ABSL_GUARDED_BY(targets_mutex_);
};

// The name of a status code as the field writes it: "RESOURCE_EXHAUSTED".
std::string_view NameOf(absl::StatusCode code);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_METRICS_H_
