// Two providers, one server between them and the caller: what every end-to-end test plays on.
//
//   client --gRPC--> server --HTTPS--> "primary" (openai)
//                                 \--> "backup"  (azure)
//
// The policy "failover" sends gpt-4o to primary/gpt-4o, then backup/gpt-4o-mini. Everything listens on
// ports of its own; the server's log lines are caught. One thread, but for what it hands out.
#ifndef SPILLWAY_TESTS_E2E_SCENE_H_
#define SPILLWAY_TESTS_E2E_SCENE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/admin_client.h"
#include "client/client.h"
#include "tests/sim/simulator.h"
#include "tests/support/log_capture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

namespace spillway::e2e {

// What the server knows the providers' keys by; no text it utters may hold one.
inline constexpr char kPrimaryKey[] = "primary-key-do-not-tell-0001";
inline constexpr char kBackupKey[] = "backup-key-do-not-tell-0002";

struct SceneOptions {
  // A personality's parts, as in `tls,fault=overloaded`.
  std::string primary = "tls";
  std::string backup = "tls";
  // In place of the primary personality's own URL.
  std::string primary_url;
  // Lines of the policy.
  std::vector<std::string> settings = {"suspend_duration: 30s"};
  // Leaves the backup out of the policy.
  bool alone = false;
  // Makes the endpoint `primary` the environment's primary one.
  bool primary_endpoint = false;
  // Further fields of `server.grpc`, as in `, max_message_bytes: 1000`.
  std::string grpc;
  // Further lines of the section `server`.
  std::vector<std::string> server;
  // The backup leaf's path, if not the API's own.
  std::string backup_path;
  // Of the server's process, if it is one: RLIMIT_NOFILE; 0: as this one's.
  int max_descriptors = 0;
  // What the two speak: the personalities and their providers.
  std::string primary_api = "openai";
  std::string backup_api = "openai";
  // Further fields of the endpoints, as in `, api_version: 2024-10-21`.
  std::string primary_fields;
  std::string backup_fields;
};

// The configuration file for those providers.
std::string SceneConfig(const SceneOptions& options, const sim::Simulator& simulator,
                        const std::string& ca_file);

// The providers alone, for a server that runs elsewhere.
sim::SimulatorOptions SceneProviders(const SceneOptions& options);

class Scene {
 public:
  explicit Scene(const SceneOptions& options = {});

  sim::Simulator& sim() { return sim_; }
  testing::TestServer& server() { return server_; }
  const testing::LogCapture& logs() const { return logs_; }
  const client::Client& client() const { return client_; }
  const client::AdminClient& admin() const { return admin_; }

  client::Result<v1::ChatResponse> Chat(const client::CallOptions& call = {}) const;
  client::Result<v1::ChatResponse> Chat(const v1::ChatRequest& request,
                                        const client::CallOptions& call = {}) const {
    return client_.Chat(request, call);
  }
  client::Result<v1::RouteResponse> Route(const std::string& model = "gpt-4o") const;

  // What a provider was asked so far.
  std::vector<sim::LogEntry> Asked(const std::string& personality) const {
    return sim_.Log({.personality = personality});
  }
  // Blocks until the provider has seen the peer of its latest request leave; false if it does not.
  bool WaitUntilPeerLeft(const std::string& personality) const;

  // A target's standing, by its endpoint.
  v1::TargetStatus Target(const std::string& endpoint) const;

  std::map<std::string, double> Metrics() const {
    return testing::ParseMetrics(server_.Get("/metrics").body);
  }
  // 0 for a series that does not exist.
  double Metric(const std::string& series) const;

  // The text of every log line and of /metrics, in which no key may be found.
  std::string EverythingSaid() const;

 private:
  testing::LogCapture logs_;
  testing::TempDir dir_;
  sim::Simulator sim_;
  testing::TestServer server_;
  client::Client client_;
  client::AdminClient admin_;
};

// `model`: "Say this is a test!"
v1::ChatRequest TestCall(const std::string& model = "gpt-4o");

// What the answer says.
const std::string& ContentOf(const client::Result<v1::ChatResponse>& result);

// Expects an answer from that endpoint.
void ExpectServedBy(const std::string& endpoint, const client::Result<v1::ChatResponse>& result);

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_SCENE_H_
