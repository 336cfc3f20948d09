#include "tests/e2e/scene.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace spillway::e2e {
namespace {

std::string EndpointLine(const std::string& name, const std::string& provider, const std::string& url,
                         const std::string& key, const std::string& ca_file, const std::string& fields) {
  const bool tls = url.compare(0, 6, "https:") == 0;
  return absl::StrCat("  - {name: ", name, ", provider: ", provider, ", url: \"", url,
                      "\", api_key: {env: ", key, "}",
                      tls ? absl::StrCat(", tls: {ca_file: \"", ca_file, "\"}") : "", fields, "}\n");
}

// The path of the base URL that providers of `api` document.
std::string BasePath(const std::string& api) { return api == "openai" ? "/v1" : ""; }

std::string Lines(const std::string& indent, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, indent, line, "\n");
  return text;
}

client::Client ClientOf(const testing::TestServer& server) {
  return client::Client::Connect({.address = server.address(), .key = "", .tls = {}}).value();
}

client::AdminClient AdminClientOf(const testing::TestServer& server) {
  return client::AdminClient::Connect({.address = server.admin_address(), .key = "", .tls = {}}).value();
}

}  // namespace

sim::SimulatorOptions SceneProviders(const SceneOptions& options) {
  const auto spec = [](const std::string& name, const std::string& api, const std::string& parts) {
    return sim::ParsePersonalityFlag(api, parts.empty() ? name : absl::StrCat(name, ",", parts));
  };
  sim::SimulatorOptions simulator;
  simulator.personalities.push_back(spec("primary", options.primary_api, options.primary));
  simulator.personalities.push_back(spec("backup", options.backup_api, options.backup));
  return simulator;
}

std::string SceneConfig(const SceneOptions& options, const sim::Simulator& simulator,
                        const std::string& ca_file) {
  const std::string primary = options.primary_url.empty()
                                  ? simulator.url("primary") + BasePath(options.primary_api)
                                  : options.primary_url;
  const std::string primary_fields =
      absl::StrCat(options.primary_fields, options.primary_endpoint ? ", primary: true" : "");
  const std::string path =
      options.backup_path.empty() ? "" : absl::StrCat(", path: \"", options.backup_path, "\"");
  return absl::StrCat(
      "server:\n"
      "  grpc: {address: \"127.0.0.1:0\"",
      options.grpc,
      "}\n"
      "  admin: {address: \"127.0.0.1:0\", grpc_address: \"127.0.0.1:0\"}\n",
      Lines("  ", options.server),
      "providers:\n"
      "  - {name: openai, api: ",
      options.primary_api,
      "}\n"
      "  - {name: azure, api: ",
      options.backup_api,
      "}\n"
      "endpoints:\n",
      EndpointLine("primary", "openai", primary, "PRIMARY_KEY", ca_file, primary_fields),
      EndpointLine("backup", "azure", simulator.url("backup") + BasePath(options.backup_api), "BACKUP_KEY",
                   ca_file, options.backup_fields),
      "policies:\n"
      "  - name: failover\n"
      "    model: gpt-4o\n"
      "    production: {failover: {targets: [{endpoint: primary, model: gpt-4o}",
      options.alone ? "" : absl::StrCat(", {endpoint: backup, model: gpt-4o-mini", path, "}"), "]}}\n",
      Lines("    ", options.settings));
}

Scene::Scene(const SceneOptions& options)
    : sim_(SceneProviders(options)),
      server_(SceneConfig(options, sim_, dir_.Write("ca.pem", sim_.ca_pem())),
              {{"PRIMARY_KEY", kPrimaryKey}, {"BACKUP_KEY", kBackupKey}}),
      client_(ClientOf(server_)),
      admin_(AdminClientOf(server_)) {}

client::Result<v1::ChatResponse> Scene::Chat(const client::CallOptions& call) const {
  return client_.Chat(TestCall(), call);
}

client::Result<v1::RouteResponse> Scene::Route(const std::string& model) const {
  v1::RouteRequest request;
  request.set_model(model);
  return client_.Route(request);
}

bool Scene::WaitUntilPeerLeft(const std::string& personality) const {
  return sim_.WaitForLog([&](const std::vector<sim::LogEntry>& entries) {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (entry->personality == personality) return entry->peer_closed_after.has_value();
    }
    return false;
  });
}

v1::TargetStatus Scene::Target(const std::string& endpoint) const {
  const auto targets = admin_.ListTargets();
  EXPECT_TRUE(targets.ok()) << targets.status.error_message();
  for (const v1::TargetStatus& target : targets.response.targets()) {
    if (target.target().endpoint() == endpoint) return target;
  }
  ADD_FAILURE() << "no target of endpoint " << endpoint;
  return {};
}

double Scene::Metric(const std::string& series) const {
  const auto samples = Metrics();
  const auto found = samples.find(series);
  return found == samples.end() ? 0 : found->second;
}

std::string Scene::EverythingSaid() const {
  std::string text = server_.Get("/metrics").body;
  for (const std::string& line : logs_.Lines()) absl::StrAppend(&text, line, "\n");
  return text;
}

v1::ChatRequest TestCall(const std::string& model) {
  v1::ChatRequest request;
  request.set_model(model);
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content("Say this is a test!");
  return request;
}

const std::string& ContentOf(const client::Result<v1::ChatResponse>& result) {
  static const std::string kNothing;
  return result.response.choices().empty() ? kNothing : result.response.choices(0).message().content();
}

void ExpectServedBy(const std::string& endpoint, const client::Result<v1::ChatResponse>& result) {
  ASSERT_TRUE(result.ok()) << result.status.error_code() << ": " << result.status.error_message();
  EXPECT_EQ(result.response.route().served_by().endpoint(), endpoint);
  EXPECT_EQ(ContentOf(result), "This is a test!");
}

}  // namespace spillway::e2e
