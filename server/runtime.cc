#include "server/runtime.h"

#include <chrono>
#include <utility>

#include "providers/lacking_codec.h"
#include "providers/overriding_codec.h"
#include "server/config/defaults.h"
#include "server/table_spec.h"

namespace spillway::server {
namespace {

CallerLimits LimitsOf(const v1::Config& config) {
  const v1::Limits limits = LimitSettings(config);
  CallerLimits out;
  out.messages = limits.max_messages();
  out.request_values = limits.max_request_values();
  out.calls.calls = limits.max_calls_in_flight();
  const std::uint32_t of_caller =
      limits.has_max_calls_in_flight_per_caller() ? limits.max_calls_in_flight_per_caller() : kNoBound;
  // Whoever it may be.
  if (config.callers().empty()) out.calls.callers.push_back({"", of_caller});
  for (const v1::Caller& caller : config.callers()) {
    const bool own = caller.has_max_calls_in_flight();
    out.calls.callers.push_back({caller.name(), own ? caller.max_calls_in_flight() : of_caller});
  }
  return out;
}

}  // namespace

Runtime::Runtime(const v1::Config& config, EndpointClients endpoints)
    : callers_(config),
      limits_(LimitsOf(config)),
      models_(config, std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())),
      endpoints_(std::move(endpoints)) {}

std::shared_ptr<Runtime> Runtime::Create(const v1::Config& config, EndpointClients endpoints,
                                         std::shared_ptr<const router::Table> table, Metrics& metrics) {
  std::shared_ptr<Runtime> runtime(new Runtime(config, std::move(endpoints)));
  runtime->table_ = std::move(table);
  runtime->AddLeaves(config, metrics);
  runtime->AddRoutes(config, metrics);
  return runtime;
}

void Runtime::AddLeaves(const v1::Config& config, Metrics& metrics) {
  const std::vector<ConfiguredLeaf> configured = LeavesOf(config);
  for (const router::Leaf& leaf : table_->leaves()) {
    const EndpointClient& endpoint = endpoints_.at(leaf.name.endpoint);
    LeafRuntime& added = leaves_.emplace_back();
    added.settings = SettingsOf(configured.at(leaves_.size() - 1));
    auto codec = providers::MakeCodec(endpoint.definition.api, {endpoint.base_path, leaf.name.model,
                                                                leaf.settings.path, endpoint.api_version});
    // What no request can carry, configuration has refused.
    auto overrides = providers::ParameterOverrides::Create(added.settings.parameters()).value();
    codec = providers::WithoutCapabilities(std::move(codec), LacksOf(configured[leaves_.size() - 1]));
    added.codec = providers::WithOverrides(std::move(codec), std::move(overrides));
    added.client = endpoint.client.get();
    added.signer = endpoint.signer.get();
    added.scrubber = endpoint.scrubber.get();
    added.metrics = std::make_unique<LeafMetrics>(metrics, leaf);
    if (config.server().metrics().gen_ai()) {
      added.metrics->AlsoCountAs(GenAiServerOf(endpoint.definition.api, leaf.name.provider, endpoint.origin));
    }
    added.figures = &metrics.figures().Of(leaf.name);
  }
}

void Runtime::AddRoutes(const v1::Config& config, Metrics& metrics) {
  absl::flat_hash_map<std::string, const v1::Policy*> policies;
  for (const v1::Policy& policy : config.policies()) policies.emplace(policy.name(), &policy);
  for (const router::PolicyRoute& route : table_->routes()) {
    RouteRuntime& added = routes_.emplace_back();
    added.metrics = std::make_unique<RouteMetrics>(metrics, route.name, route.environment);
    if (route.name.empty()) {
      added.settings = PrimarySettings();
      continue;
    }
    const v1::Policy& policy = *policies.at(route.name);
    const bool sandbox = route.environment == router::Environment::kSandbox;
    added.settings = EffectiveSettings(policy, sandbox ? policy.sandbox() : policy.production());
  }
}

void Runtime::ReportConnections(Metrics& metrics) const {
  for (const auto& [name, endpoint] : endpoints_)
    metrics.SetConnections(name, endpoint.client->connections());
}

}  // namespace spillway::server
