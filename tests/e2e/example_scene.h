// A server on a file of examples/ as it stands, between a caller and the demo's simulated providers.
//
//   ExampleScene scene(Example("model-failover.yaml")
//                          .With("suspend_duration: 30s", "suspend_duration: 200ms")
//                          .Script("openai", "overloaded"));
//   ExpectServedBy("azure", scene.Chat());
//
// Of the file only the addresses, the authority's path and what With says are replaced; the providers are
// those of tools/demo-providers.json. Everything listens on ports of its own, the server's log lines are
// caught. One thread, but Chat may be called from any.
#ifndef SPILLWAY_TESTS_E2E_EXAMPLE_SCENE_H_
#define SPILLWAY_TESTS_E2E_EXAMPLE_SCENE_H_

#include <boost/json/object.hpp>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/admin_client.h"
#include "client/client.h"
#include "tests/e2e/scene.h"
#include "tests/sim/simulator.h"
#include "tests/support/log_capture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_server.h"

namespace spillway::e2e {

// The keys of those examples that have callers.
inline constexpr char kProductionKey[] = "demo-production-key";
inline constexpr char kSandboxKey[] = "demo-sandbox-key";

// Which file, and what is different from the demo. A value; each method returns it.
class Example {
 public:
  // `file` as in "round-robin.yaml".
  explicit Example(std::string file) : file_(std::move(file)) {}

  // Puts `to` wherever the file has `from`, which may be more than one line.
  Example& With(std::string from, std::string to);
  // What a provider's requests meet, from the first on: "overloaded", or JSON (tests/sim/README.md).
  Example& Script(std::string personality, std::string script);
  // The key that Chat and Route send.
  Example& As(std::string key);

  // The file with what With says. Throws std::runtime_error if it is not there, or lacks a `from`.
  std::string Text() const;

  const std::map<std::string, std::string>& scripts() const { return scripts_; }
  const std::string& key() const { return key_; }

 private:
  std::string file_;
  std::vector<std::pair<std::string, std::string>> replacements_;
  std::map<std::string, std::string> scripts_;
  std::string key_;
};

// The variables in which examples look for the providers' keys.
std::map<std::string, std::string> ExampleVariables();

class ExampleScene {
 public:
  // Throws what Example::Text throws.
  explicit ExampleScene(const Example& example);

  sim::Simulator& sim() { return sim_; }
  testing::TestServer& server() { return server_; }
  const testing::TestServer& server() const { return server_; }
  const testing::LogCapture& logs() const { return logs_; }
  const client::AdminClient& admin() const { return admin_; }
  // Another caller, over a connection of its own.
  client::Client Caller(const std::string& key) const;

  // "Say this is a test!"
  client::Result<v1::ChatResponse> Chat(const std::string& model = "gpt-4o") const;
  client::Result<v1::ChatResponse> Chat(const v1::ChatRequest& request,
                                        const client::CallOptions& call = {}) const;
  client::Result<v1::RouteResponse> Route(const std::string& model = "gpt-4o",
                                          v1::Environment environment = v1::ENVIRONMENT_UNSPECIFIED) const;

  // Who served each of `calls` calls, one after the other; a failed one is its status message.
  std::vector<std::string> WhoServes(int calls, const std::string& model = "gpt-4o") const;

  // What a provider was asked so far.
  std::vector<sim::LogEntry> Asked(const std::string& personality) const {
    return sim_.Log({.personality = personality});
  }

  // A target's standing, by "ENDPOINT/MODEL".
  v1::TargetStatus Target(const std::string& name) const;
  // By hand.
  void Suspend(const std::string& name) const;
  void Resume(const std::string& name) const;
  // Blocks until the target's suspension is over.
  void WaitUntilDue(const std::string& name) const;

  // 0 for a series that does not exist.
  double Metric(const std::string& series) const;

 private:
  testing::LogCapture logs_;
  testing::TempDir dir_;
  sim::Simulator sim_;
  testing::TestServer server_;
  client::Client client_;
  client::AdminClient admin_;
};

// "ENDPOINT/MODEL".
std::string NameOf(const v1::TargetRef& target);
// The target that served; a failed call's status message.
std::string ServedBy(const client::Result<v1::ChatResponse>& result);
// The targets of its attempts, in order, whether it was served or not.
std::vector<std::string> Tried(const client::Result<v1::ChatResponse>& result);
// The candidates that a call would try, in order.
std::vector<std::string> WouldTry(const client::Result<v1::RouteResponse>& result);
// Why the call failed, for programs: "ALL_TARGETS_FAILED".
std::string ReasonOf(const client::Outcome& outcome);
// The moment a timestamp names.
std::chrono::system_clock::time_point TimeOf(const google::protobuf::Timestamp& timestamp);
// What a provider read.
boost::json::object BodyOf(const sim::LogEntry& entry);
// Its field `model`.
std::string ModelIn(const sim::LogEntry& entry);

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_EXAMPLE_SCENE_H_
