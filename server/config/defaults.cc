#include "server/config/defaults.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "server/config/scalar_values.h"
#include "server/config/strategy.h"

namespace spillway::server {
namespace {

using google::protobuf::Duration;

constexpr char kGrpcAddress[] = "0.0.0.0:50051";
constexpr char kAdminAddress[] = "127.0.0.1:9901";
constexpr std::uint32_t kMaxMessageBytes = 32 * 1024 * 1024;
constexpr std::uint32_t kMaxMetadataBytes = 16 * 1024;
constexpr std::int64_t kMaxConnectionAgeSeconds = 5 * 60;
constexpr std::int64_t kMaxConnectionAgeGraceSeconds = 60 * 60;
constexpr std::uint32_t kMaxCallsInFlight = 10'000;
constexpr std::uint32_t kMaxRequestValues = 250'000;
constexpr std::uint32_t kMaxMessages = 10'000;
constexpr std::uint32_t kMaxBodyBytes = 32 * 1024 * 1024;
constexpr std::uint32_t kMaxConnections = 10'000;
constexpr std::chrono::nanoseconds kShutdownGrace = std::chrono::seconds(30);
constexpr const char* kFailOn[] = {"error", "timeout", "401", "403", "404", "408", "429", "5xx"};

Duration Seconds(std::int64_t seconds) {
  Duration duration;
  duration.set_seconds(seconds);
  return duration;
}

bool Shorter(const Duration& a, const Duration& b) {
  return std::pair(a.seconds(), a.nanos()) < std::pair(b.seconds(), b.nanos());
}

std::chrono::nanoseconds ToChrono(const Duration& duration) {
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

Duration RequestTimeout(const v1::Policy& policy) {
  return policy.has_request_timeout() ? policy.request_timeout() : Seconds(60);
}

void FillSuspension(const v1::Policy& policy, v1::PolicySettings* settings) {
  settings->set_max_fails(policy.has_max_fails() ? static_cast<std::int32_t>(policy.max_fails()) : 1);
  settings->set_count_mode(policy.count_mode() == v1::COUNT_MODE_WINDOW ? "window" : "consecutive");
  *settings->mutable_fail_timeout() = policy.has_fail_timeout() ? policy.fail_timeout() : Seconds(10);
  settings->set_all_suspended(policy.all_suspended() == v1::ALL_SUSPENDED_LEAST_BAD ? "least_bad" : "fail");
  if (!policy.has_suspend_duration()) return;
  *settings->mutable_suspend_duration() = policy.suspend_duration();
  *settings->mutable_max_suspend_duration() =
      policy.has_max_suspend_duration() ? policy.max_suspend_duration()
                                        : std::max(Seconds(5 * 60), policy.suspend_duration(), Shorter);
}

}  // namespace

std::string GrpcAddress(const v1::Config& config) {
  const std::string& address = config.server().grpc().address();
  return address.empty() ? kGrpcAddress : address;
}

std::string AdminAddress(const v1::Config& config) {
  const std::string& address = config.server().admin().address();
  return address.empty() ? kAdminAddress : address;
}

v1::GrpcListener GrpcSettings(const v1::Config& config) {
  v1::GrpcListener grpc = config.server().grpc();
  grpc.set_address(GrpcAddress(config));
  if (!grpc.has_max_message_bytes()) grpc.set_max_message_bytes(kMaxMessageBytes);
  if (!grpc.has_max_connections()) grpc.set_max_connections(kMaxConnections);
  if (!grpc.has_max_connection_age()) *grpc.mutable_max_connection_age() = Seconds(kMaxConnectionAgeSeconds);
  if (!grpc.has_max_connection_age_grace()) {
    *grpc.mutable_max_connection_age_grace() = Seconds(kMaxConnectionAgeGraceSeconds);
  }
  if (!grpc.has_max_metadata_bytes()) grpc.set_max_metadata_bytes(kMaxMetadataBytes);
  return grpc;
}

v1::Limits LimitSettings(const v1::Config& config) {
  v1::Limits limits = config.server().limits();
  if (!limits.has_max_calls_in_flight()) limits.set_max_calls_in_flight(kMaxCallsInFlight);
  if (!limits.has_max_request_values()) limits.set_max_request_values(kMaxRequestValues);
  if (!limits.has_max_messages()) limits.set_max_messages(kMaxMessages);
  return limits;
}

std::string OpenAiAddress(const v1::Config& config) { return config.server().openai().address(); }

v1::OpenAiListener OpenAiSettings(const v1::Config& config) {
  v1::OpenAiListener openai = config.server().openai();
  if (!openai.has_max_body_bytes()) openai.set_max_body_bytes(kMaxBodyBytes);
  if (!openai.has_max_connections()) openai.set_max_connections(kMaxConnections);
  if (!openai.has_header_timeout()) *openai.mutable_header_timeout() = Seconds(10);
  if (!openai.has_body_timeout()) *openai.mutable_body_timeout() = Seconds(60);
  if (!openai.has_idle_timeout()) *openai.mutable_idle_timeout() = Seconds(75);
  if (!openai.has_write_timeout()) *openai.mutable_write_timeout() = Seconds(60);
  return openai;
}

std::chrono::nanoseconds ShutdownGrace(const v1::Config& config) {
  if (!config.server().has_shutdown_grace()) return kShutdownGrace;
  return ToChrono(config.server().shutdown_grace());
}

std::chrono::nanoseconds ShutdownDelay(const v1::Config& config) {
  return ToChrono(config.server().shutdown_delay());
}

std::string AdminGrpcAddress(const v1::Config& config) { return config.server().admin().grpc_address(); }

v1::Environment EnvironmentOf(const v1::Endpoint& endpoint) {
  return endpoint.environment() == v1::ENVIRONMENT_UNSPECIFIED ? v1::ENVIRONMENT_PRODUCTION
                                                               : endpoint.environment();
}

int TargetCount(const v1::Route& route) {
  int count = 0;
  ForEachTarget(route, "", [&](const v1::RouteNode&, const std::string&) { ++count; });
  return count;
}

v1::PolicySettings EffectiveSettings(const v1::Policy& policy, const v1::Route& route) {
  v1::PolicySettings settings;
  *settings.mutable_request_timeout() = RequestTimeout(policy);
  *settings.mutable_first_token_timeout() =
      policy.has_first_token_timeout() ? policy.first_token_timeout() : Seconds(15);
  *settings.mutable_stream_idle_timeout() =
      policy.has_stream_idle_timeout() ? policy.stream_idle_timeout() : Seconds(30);
  settings.set_stream_unary(policy.stream_unary());
  if (policy.has_total_timeout()) *settings.mutable_total_timeout() = policy.total_timeout();
  settings.set_retries(policy.has_retries() ? static_cast<std::int32_t>(policy.retries())
                                            : std::max(0, TargetCount(route) - 1));
  settings.set_same_target_retries(
      policy.has_same_target_retries() ? static_cast<std::int32_t>(policy.same_target_retries()) : 1);
  *settings.mutable_fail_on() = policy.fail_on();
  if (policy.fail_on().empty()) {
    for (const char* word : kFailOn) settings.add_fail_on(word);
  }
  FillSuspension(policy, &settings);
  if (policy.has_retry_budget()) {
    const v1::RetryBudget& budget = policy.retry_budget();
    v1::RetryBudgetSettings& filled = *settings.mutable_retry_budget();
    filled.set_percent(budget.has_percent() ? static_cast<std::int32_t>(budget.percent()) : 20);
    filled.set_floor(budget.has_floor() ? static_cast<std::int32_t>(budget.floor()) : 10);
  }
  return settings;
}

v1::TargetSettings EffectiveSettings(const v1::Policy& policy, const v1::RouteNode& target) {
  v1::TargetSettings settings;
  *settings.mutable_request_timeout() =
      target.has_request_timeout() ? target.request_timeout() : RequestTimeout(policy);
  settings.set_path(target.path());
  settings.set_context_window(target.context_window());
  settings.set_max_concurrent(target.max_concurrent());
  if (target.has_parameters()) *settings.mutable_parameters() = target.parameters();
  for (const int lacking : target.lacks()) {
    settings.add_lacks(EnumWord(*v1::Capability_descriptor()->FindValueByNumber(lacking)));
  }
  return settings;
}

v1::PolicySettings PrimarySettings() { return EffectiveSettings(v1::Policy(), v1::Route()); }

v1::TargetSettings PrimaryTargetSettings() { return EffectiveSettings(v1::Policy(), v1::RouteNode()); }

}  // namespace spillway::server
