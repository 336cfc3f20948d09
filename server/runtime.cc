#include "server/runtime.h"

#include <utility>

#include "server/config/defaults.h"

namespace spillway::server {

absl::StatusOr<std::shared_ptr<Runtime>> Runtime::Create(boost::asio::io_context& io,
                                                         const v1::Config& config,
                                                         const ResolvedSecrets& secrets,
                                                         std::shared_ptr<const router::Table> table,
                                                         Metrics& metrics) {
  std::shared_ptr<Runtime> runtime(new Runtime);
  runtime->table_ = std::move(table);
  if (absl::Status status = runtime->AddClients(io, config, secrets); !status.ok()) return status;
  runtime->AddLeaves(metrics);
  runtime->AddRoutes(config, metrics);
  return runtime;
}

absl::Status Runtime::AddClients(boost::asio::io_context& io, const v1::Config& config,
                                 const ResolvedSecrets& secrets) {
  absl::flat_hash_map<std::string, v1::Api> apis;
  for (const v1::Provider& provider : config.providers()) apis.emplace(provider.name(), provider.api());
  for (const v1::Endpoint& endpoint : config.endpoints()) {
    absl::StatusOr<transport::ParsedUrl> url = transport::ParseUrl(endpoint.url());
    if (!url.ok()) return url.status();
    transport::ClientOptions options;
    options.origin = url->origin;
    options.ca_file = endpoint.tls().ca_file();
    options.server_name = endpoint.tls().server_name();
    if (const auto key = secrets.find(endpoint.name()); key != secrets.end()) {
      options.secret_headers.emplace_back("Authorization", "Bearer " + key->second.Reveal());
    }
    auto client = transport::HttpClient::Create(io, options);
    if (!client.ok()) return client.status();
    EndpointRuntime& added = endpoints_[endpoint.name()];
    added.client = *std::move(client);
    added.base_path = url->base_path;
    added.api = apis.at(endpoint.provider());
  }
  return absl::OkStatus();
}

void Runtime::AddLeaves(Metrics& metrics) {
  for (const router::Leaf& leaf : table_->leaves()) {
    const EndpointRuntime& endpoint = endpoints_.at(leaf.name.endpoint);
    LeafRuntime& added = leaves_.emplace_back();
    added.codec = providers::MakeCodec(endpoint.api, {endpoint.base_path, leaf.name.model, leaf.path});
    added.client = endpoint.client.get();
    added.metrics = std::make_unique<LeafMetrics>(metrics, leaf);
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
