// A configuration made ready to serve: for every leaf of the routing table its codec,
// connection pool and metric handles, resolved once.
//
// Immutable after Bind but for what the pools and counters hold. Created on any thread, from then on used and
// destroyed on the I/O thread; a call under way keeps the runtime it began with alive.
#ifndef SPILLWAY_SERVER_RUNTIME_H_
#define SPILLWAY_SERVER_RUNTIME_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "providers/codec.h"
#include "router/table.h"
#include "server/call/call_limits.h"
#include "server/caller_registry.h"
#include "server/endpoint_clients.h"
#include "server/metrics.h"
#include "server/openai/model_list.h"
#include "spillway/v1/config.pb.h"
#include "spillway/v1/router.pb.h"
#include "transport/http_client.h"

namespace spillway::server {

struct LeafRuntime {
  std::unique_ptr<const providers::Codec> codec;
  transport::HttpClient* client = nullptr;
  // Null where requests need no signature.
  AwsSigner* signer = nullptr;
  const SecretScrubber* scrubber = nullptr;
  std::unique_ptr<LeafMetrics> metrics;
  // Of the leaf's target.
  TargetFigures* figures = nullptr;
  // What Candidate.settings says.
  v1::TargetSettings settings;
};

struct RouteRuntime {
  std::unique_ptr<RouteMetrics> metrics;
  // What RouteResponse.settings says.
  v1::PolicySettings settings;
};

// What callers may take.
struct CallerLimits {
  CallBounds calls;
  std::uint32_t messages = 0;
  std::uint32_t request_values = 0;
};

class Runtime {
 public:
  // `table` is one built from `config`, and `endpoints` has all of its endpoints.
  static std::shared_ptr<Runtime> Create(const v1::Config& config, EndpointClients endpoints,
                                         std::shared_ptr<const router::Table> table, Metrics& metrics);

  // Takes another table built from the same configuration: the one that calls will run on.
  void Bind(std::shared_ptr<const router::Table> table) { table_ = std::move(table); }

  LeafRuntime& leaf(router::LeafId id) { return leaves_[id]; }
  // `route` is one of this runtime's table.
  RouteRuntime& route(const router::PolicyRoute& route) {
    return routes_[static_cast<std::size_t>(&route - table_->routes().data())];
  }
  const router::Table& table() const { return *table_; }
  const CallerRegistry& callers() const { return callers_; }
  const CallerLimits& limits() const { return limits_; }
  const ModelList& models() const { return models_; }
  const EndpointClients& endpoints() const { return endpoints_; }

  // Writes how many connections there are, per endpoint, to the metrics.
  void ReportConnections(Metrics& metrics) const;

 private:
  Runtime(const v1::Config& config, EndpointClients endpoints);

  void AddLeaves(const v1::Config& config, Metrics& metrics);
  void AddRoutes(const v1::Config& config, Metrics& metrics);

  const CallerRegistry callers_;
  const CallerLimits limits_;
  const ModelList models_;
  std::shared_ptr<const router::Table> table_;
  const EndpointClients endpoints_;
  std::vector<LeafRuntime> leaves_;
  std::vector<RouteRuntime> routes_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_RUNTIME_H_
