// A configuration made ready to serve: for every leaf of the routing table its codec,
// connection pool and metric handles, resolved once.
//
// Immutable after Create but for what the pools and counters hold. Created, used and destroyed
// on the I/O thread; a call under way keeps the runtime it began with alive.
#ifndef SPILLWAY_SERVER_RUNTIME_H_
#define SPILLWAY_SERVER_RUNTIME_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "providers/codec.h"
#include "router/table.h"
#include "server/config/secrets.h"
#include "server/metrics.h"
#include "spillway/v1/config.pb.h"
#include "spillway/v1/router.pb.h"
#include "transport/http_client.h"

namespace spillway::server {

struct LeafRuntime {
  std::unique_ptr<const providers::Codec> codec;
  transport::HttpClient* client = nullptr;
  std::unique_ptr<LeafMetrics> metrics;
};

struct RouteRuntime {
  std::unique_ptr<RouteMetrics> metrics;
  // What RouteResponse.settings says.
  v1::PolicySettings settings;
};

class Runtime {
 public:
  // `table` is the one built from `config`. FAILED_PRECONDITION: a trust store cannot be loaded.
  static absl::StatusOr<std::shared_ptr<Runtime>> Create(boost::asio::io_context& io,
                                                         const v1::Config& config,
                                                         const ResolvedSecrets& secrets,
                                                         std::shared_ptr<const router::Table> table,
                                                         Metrics& metrics);

  LeafRuntime& leaf(router::LeafId id) { return leaves_[id]; }
  // `route` is one of this runtime's table.
  RouteRuntime& route(const router::PolicyRoute& route) {
    return routes_[static_cast<std::size_t>(&route - table_->routes().data())];
  }
  const router::Table& table() const { return *table_; }

  // Writes how many connections there are, per endpoint, to the metrics.
  void ReportConnections(Metrics& metrics) const;

 private:
  Runtime() = default;

  absl::Status AddClients(boost::asio::io_context& io, const v1::Config& config,
                          const ResolvedSecrets& secrets);
  void AddLeaves(Metrics& metrics);
  void AddRoutes(const v1::Config& config, Metrics& metrics);

  struct EndpointRuntime {
    std::unique_ptr<transport::HttpClient> client;
    std::string base_path;
    v1::Api api = v1::API_UNSPECIFIED;
  };

  std::shared_ptr<const router::Table> table_;
  absl::flat_hash_map<std::string, EndpointRuntime> endpoints_;
  std::vector<LeafRuntime> leaves_;
  std::vector<RouteRuntime> routes_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_RUNTIME_H_
