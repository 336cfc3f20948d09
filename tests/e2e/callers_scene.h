// A server with three callers, or with none, between them and two simulated providers.
//
//   checkout (production) --> chat, summaries --> "live"
//   ci (sandbox, gpt-4o only), lab (sandbox) --> chat --> "test"
//
// The sandbox has no primary endpoint, and no policy for summaries. One thread.
#ifndef SPILLWAY_TESTS_E2E_CALLERS_SCENE_H_
#define SPILLWAY_TESTS_E2E_CALLERS_SCENE_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/scene.h"
#include "tests/support/key_digest.h"

namespace spillway::e2e {

// What no text of the server may hold.
inline constexpr char kCheckoutKey[] = "checkouts-key-do-not-tell-0003";
inline constexpr char kCiKey[] = "cis-key-do-not-tell-0004";
inline constexpr char kLabKey[] = "labs-key-do-not-tell-0005";
inline constexpr char kStrangersKey[] = "strangers-key-do-not-tell-0006";

inline std::string CallerLines() {
  return absl::StrCat(
      "callers:\n  - {name: checkout, key_sha256: ", testing::KeyDigest(kCheckoutKey),
      "}\n  - {name: ci, environment: sandbox, models: [gpt-4o], key_sha256: ", testing::KeyDigest(kCiKey),
      "}\n  - {name: lab, environment: sandbox, key_sha256: ", testing::KeyDigest(kLabKey), "}\n");
}

// `callers`: the section, or nothing.
inline std::string ConfigFor(const sim::Simulator& simulator, const std::string& callers) {
  return absl::StrCat(
      "server:\n  grpc: {address: \"127.0.0.1:0\"}\n"
      "  admin: {address: \"127.0.0.1:0\", grpc_address: \"127.0.0.1:0\"}\n",
      callers,
      "providers: [{name: openai, api: openai}]\n"
      "endpoints:\n"
      "  - {name: live, provider: openai, api_key: {env: LIVE_KEY}, url: \"",
      simulator.url("live"),
      "/v1\"}\n"
      "  - {name: test, provider: openai, environment: sandbox, url: \"",
      simulator.url("test"),
      "/v1\"}\n"
      "policies:\n"
      "  - name: chat\n"
      "    model: gpt-4o\n"
      "    production: {failover: {targets: [{endpoint: live, model: gpt-4o}]}}\n"
      "    sandbox: {failover: {targets: [{endpoint: test, model: gpt-4o-mini}]}}\n"
      "  - name: summaries\n"
      "    model: summaries\n"
      "    production: {failover: {targets: [{endpoint: live, model: gpt-4o}]}}\n");
}

inline sim::SimulatorOptions Providers(const std::vector<std::string>& personalities) {
  sim::SimulatorOptions options;
  for (const std::string& parts : personalities) {
    options.personalities.push_back(sim::ParsePersonalityFlag("openai", parts));
  }
  return options;
}

inline client::Client ClientWith(const testing::TestServer& server, const std::string& key) {
  return client::Client::Connect({.address = server.address(), .key = key, .tls = {}}).value();
}

inline v1::RouteRequest Question(const std::string& model,
                                 v1::Environment environment = v1::ENVIRONMENT_UNSPECIFIED) {
  v1::RouteRequest request;
  request.set_model(model);
  request.set_environment(environment);
  return request;
}

inline std::string ReasonOf(const client::ErrorDetails& details) {
  return details.error_info ? details.error_info->reason() : "";
}

class CallersTest : public ::testing::Test {
 protected:
  explicit CallersTest(const std::string& callers = CallerLines())
      : sim_(Providers({"live", "test"})), server_(ConfigFor(sim_, callers), {{"LIVE_KEY", kPrimaryKey}}) {}

  client::Result<v1::ChatResponse> Chat(const std::string& key, const std::string& model = "gpt-4o",
                                        const std::string& request_id = "") {
    return Chat(key, TestCall(model), request_id);
  }
  client::Result<v1::ChatResponse> Chat(const std::string& key, const v1::ChatRequest& request,
                                        const std::string& request_id = "") {
    return ClientWith(server_, key).Chat(request, {.request_id = request_id});
  }
  client::Result<v1::RouteResponse> Route(const std::string& key, const v1::RouteRequest& request) {
    return ClientWith(server_, key).Route(request, {.request_id = "r-1"});
  }

  double Metric(const std::string& series) const {
    const auto samples = testing::ParseMetrics(server_.Get("/metrics").body);
    const auto found = samples.find(series);
    return found == samples.end() ? 0 : found->second;
  }

  testing::LogCapture logs_;
  sim::Simulator sim_;
  testing::TestServer server_;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_CALLERS_SCENE_H_
