// One server before seven simulated providers, one for each API, all behind TLS and each with its own key.
//
// Endpoints and personalities are called by the API's name. The policy "chat" fails over through all of them
// in the order of kApis; "chat-API" goes to that one alone. One thread.
#ifndef SPILLWAY_TESTS_E2E_APIS_SCENE_H_
#define SPILLWAY_TESTS_E2E_APIS_SCENE_H_

#include <array>
#include <cstdint>
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

inline constexpr std::array<const char*, 7> kApis = {"openai",  "azure_openai", "anthropic", "gemini",
                                                     "bedrock", "mistral",      "cohere"};

// The model that an API's target asks for.
std::string ModelOf(const std::string& api);

struct ApisOptions {
  // Further policies, as YAML list items: "  - {name: …}\n".
  std::string policies;
  // In place of the seven's own models, by "api=model".
  std::vector<std::string> models;
  // One more provider and endpoint, `backup`, that speaks OpenAI's API.
  bool backup = false;
};

class ApisScene {
 public:
  explicit ApisScene(const ApisOptions& options = {});

  sim::Simulator& sim() { return sim_; }
  const testing::LogCapture& logs() const { return logs_; }

  // Every provider but this one has no capacity from now on.
  void OnlyServing(const std::string& api);
  // Every provider serves.
  void AllServing();
  void Script(const std::string& api, const std::string& script);

  client::Result<v1::ChatResponse> Chat(const v1::ChatRequest& request) const {
    return client_.Chat(request);
  }

  // Lifts a target's suspension.
  void Resume(const std::string& endpoint, const std::string& model) const;

  // Where the OpenAI-compatible listener is.
  std::uint16_t door() const { return static_cast<std::uint16_t>(server_.ports().openai); }

  // A channel to the server, for stubs.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // The latest body that a provider was sent.
  std::string LatestBody(const std::string& api) const;

  // The text of every log line and of /metrics, in which no key may be found.
  std::string EverythingSaid() const;
  // All that must stay secret.
  static std::vector<std::string> Secrets();

 private:
  testing::LogCapture logs_;
  testing::TempDir dir_;
  sim::Simulator sim_;
  testing::TestServer server_;
  client::Client client_;
  client::AdminClient admin_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_APIS_SCENE_H_
