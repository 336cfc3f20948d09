#include "tests/e2e/apis_scene.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace spillway::e2e {
namespace {

constexpr char kAwsKeyId[] = "AKIDEXAMPLE";
constexpr char kAwsSecret[] = "bedrock-secret-do-not-tell-0005";
constexpr char kAwsToken[] = "bedrock-token-do-not-tell-0006";

std::string KeyOf(const std::string& api) {
  if (api == "bedrock") return absl::StrCat(kAwsKeyId, ":", kAwsSecret, ":", kAwsToken);
  return absl::StrCat(api, "-key-do-not-tell-0003");
}

std::string VariableOf(const std::string& api) { return absl::StrCat("KEY_OF_", api); }

// The path of the base URL that the API's vendor documents.
std::string BasePath(const std::string& api) {
  if (api == "openai" || api == "mistral") return "/v1";
  return api == "gemini" ? "/v1beta" : "";
}

std::string CredentialOf(const std::string& api) {
  if (api != "bedrock") return absl::StrCat("api_key: {env: ", VariableOf(api), "}");
  return "aws: {access_key_id: {env: AWS_ID}, secret_access_key: {env: AWS_SECRET}, session_token: {env: "
         "AWS_TOKEN}, region: us-east-1}";
}

std::map<std::string, std::string> Variables() {
  std::map<std::string, std::string> variables = {
      {"AWS_ID", kAwsKeyId}, {"AWS_SECRET", kAwsSecret}, {"AWS_TOKEN", kAwsToken}};
  for (const std::string api : kApis) variables[VariableOf(api)] = KeyOf(api);
  return variables;
}

std::string ModelIn(const ApisOptions& options, const std::string& api) {
  for (const std::string& entry : options.models) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (pair.first == api) return pair.second;
  }
  return ModelOf(api);
}

sim::SimulatorOptions Providers(bool backup) {
  sim::SimulatorOptions options;
  for (const std::string api : kApis) {
    options.personalities.push_back(
        sim::ParsePersonalityFlag(api, absl::StrCat(api, ",tls,key=", KeyOf(api))));
  }
  if (backup) options.personalities.push_back(sim::ParsePersonalityFlag("openai", "backup,tls"));
  return options;
}

std::string Config(const ApisOptions& options, const sim::Simulator& simulator, const std::string& ca_file) {
  std::string providers;
  std::string endpoints;
  std::string targets;
  std::string policies;
  for (const std::string api : kApis) {
    const std::string target = absl::StrCat("{endpoint: ", api, ", model: \"", ModelIn(options, api), "\"}");
    absl::StrAppend(&providers, "  - {name: ", api, ", api: ", api, "}\n");
    absl::StrAppend(&endpoints, "  - {name: ", api, ", provider: ", api, ", url: \"", simulator.url(api),
                    BasePath(api), "\", tls: {ca_file: \"", ca_file, "\"}, ", CredentialOf(api),
                    api == "azure_openai" ? ", api_version: 2024-10-21" : "", "}\n");
    absl::StrAppend(&targets, targets.empty() ? "" : ", ", target);
    absl::StrAppend(&policies, "  - {name: only-", api, ", model: chat-", api,
                    ", production: {failover: {targets: [", target, "]}}}\n");
  }
  if (options.backup) {
    absl::StrAppend(&providers, "  - {name: backup, api: openai}\n");
    absl::StrAppend(&endpoints, "  - {name: backup, provider: backup, url: \"", simulator.url("backup"),
                    "/v1\", tls: {ca_file: \"", ca_file, "\"}}\n");
  }
  return absl::StrCat(
      "server:\n"
      "  grpc: {address: \"127.0.0.1:0\"}\n"
      "  admin: {address: \"127.0.0.1:0\", grpc_address: \"127.0.0.1:0\"}\n"
      "  openai: {address: \"127.0.0.1:0\"}\n"
      "providers:\n",
      providers, "endpoints:\n", endpoints, "policies:\n",
      "  - {name: chain, model: chat, production: {failover: {targets: [", targets, "]}}}\n", policies,
      options.policies);
}

}  // namespace

std::string ModelOf(const std::string& api) {
  static const std::map<std::string, std::string> kModels = {
      {"openai", "gpt-4o"},
      {"azure_openai", "gpt-4o-eu"},
      {"anthropic", "claude-sonnet-4-5"},
      {"gemini", "gemini-3-pro-preview"},
      {"bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"},
      {"mistral", "mistral-large-latest"},
      {"cohere", "command-a-03-2025"}};
  return kModels.at(api);
}

ApisScene::ApisScene(const ApisOptions& options)
    : sim_(Providers(options.backup)),
      server_(Config(options, sim_, dir_.Write("ca.pem", sim_.ca_pem())), Variables()),
      client_(client::Client::Connect({.address = server_.address(), .key = "", .tls = {}}).value()),
      admin_(
          client::AdminClient::Connect({.address = server_.admin_address(), .key = "", .tls = {}}).value()),
      channel_(server_.NewChannel()) {}

void ApisScene::OnlyServing(const std::string& api) {
  for (const std::string other : kApis) Script(other, other == api ? "ok" : "overloaded");
}

void ApisScene::AllServing() {
  for (const std::string api : kApis) Script(api, "ok");
}

void ApisScene::Script(const std::string& api, const std::string& script) { sim_.SetScript(api, script); }

void ApisScene::Resume(const std::string& endpoint, const std::string& model) const {
  v1::ResumeTargetRequest request;
  request.set_endpoint(endpoint);
  request.set_model(model);
  EXPECT_TRUE(admin_.ResumeTarget(request).ok()) << endpoint;
}

std::string ApisScene::LatestBody(const std::string& api) const {
  const auto asked = sim_.Log({.personality = api});
  return asked.empty() ? "" : asked.back().request.body;
}

std::string ApisScene::EverythingSaid() const {
  std::string text = server_.Get("/metrics").body;
  for (const std::string& line : logs_.Lines()) absl::StrAppend(&text, line, "\n");
  return text;
}

std::vector<std::string> ApisScene::Secrets() {
  std::vector<std::string> secrets = {kAwsSecret, kAwsToken};
  for (const std::string api : kApis) {
    if (api != "bedrock") secrets.push_back(KeyOf(api));
  }
  return secrets;
}

}  // namespace spillway::e2e
