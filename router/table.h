// The routing table: what configuration says, resolved once, immutable ever after.
//
// Policies are found by (model, environment) in one hash look-up, whatever their number.
// Every leaf of a policy's tree has a number of its own (LeafId), by which the server finds
// the codec, connection pool and metric handles it resolved for it. Leaves that name the same
// endpoint and model share one target, and so one health.
#ifndef SPILLWAY_ROUTER_TABLE_H_
#define SPILLWAY_ROUTER_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "router/route_node.h"
#include "router/settings.h"
#include "router/slot_table.h"
#include "router/time.h"

namespace spillway::router {

// Numbered as spillway.v1.Environment.
enum class Environment : std::uint8_t { kProduction = 1, kSandbox = 2 };

// "production", "sandbox".
std::string_view NameOf(Environment environment);

// The names of a target. An empty model stands for whichever model the caller asks the
// environment's primary endpoint for.
struct TargetName {
  std::string provider;
  std::string endpoint;
  std::string model;
};

// The model of a policy that takes what no other policy names.
inline constexpr std::string_view kAnyModel = "*";

// Index into HealthTable; the same for a target's life, across reloads.
using HealthSlot = Slot;

// What a policy says of one of its targets beyond the name.
struct LeafSettings {
  // If not empty: the path to use in place of the API's own.
  std::string path;
  // Unset: the policy's.
  std::optional<Duration> request_timeout;
  // Tokens the model takes. 0: unknown.
  std::uint32_t context_window = 0;
  // Attempts under way at once. 0: unlimited.
  std::uint32_t max_concurrent = 0;
};

struct Leaf {
  TargetName name;
  LeafSettings settings;
  HealthSlot health = 0;
};

// A policy in one environment.
struct PolicyRoute {
  // Empty for the environment's primary endpoint.
  std::string name;
  Environment environment = Environment::kProduction;
  Settings settings;
  RouteTree tree;
  // Where its retry budget is kept, if the settings have one.
  Slot budget = 0;
};

// What a table is built from.
struct TableSpec {
  struct Node {
    // kLeaf: `target` and `settings`; any other: `children`, at least one.
    NodeKind kind = NodeKind::kLeaf;
    // Its share, where the parent is weighted.
    std::uint32_t weight = 1;
    TargetName target;
    LeafSettings settings;
    std::vector<Node> children;
  };
  struct Policy {
    std::string name;
    // kAnyModel: every model that no other policy of the environment names.
    std::string model;
    Environment environment = Environment::kProduction;
    Settings settings;
    Node root;
  };
  std::vector<Policy> policies;
  // Environment's primary endpoint, if it has one.
  struct Primary {
    Environment environment = Environment::kProduction;
    TargetName target;
  };
  std::vector<Primary> primaries;
};

class Table {
 public:
  // The route for a call: of the policy that names the model, else of the one for any model, else to
  // the primary endpoint; or null.
  const PolicyRoute* Find(std::string_view model, Environment environment) const;

  const Leaf& leaf(LeafId id) const { return leaves_[id]; }
  const std::vector<Leaf>& leaves() const { return leaves_; }
  const std::vector<PolicyRoute>& routes() const { return routes_; }

 private:
  friend class TableBuilder;

  struct PerEnvironment {
    absl::flat_hash_map<std::string, std::size_t> by_model;
    // Of kAnyModel.
    std::optional<std::size_t> any_model;
    std::optional<std::size_t> primary;
  };
  std::vector<Leaf> leaves_;
  std::vector<PolicyRoute> routes_;
  // Indexed by Environment - 1.
  std::array<PerEnvironment, 2> environments_;
};

}  // namespace spillway::router

#endif  // SPILLWAY_ROUTER_TABLE_H_
