#include "tests/e2e/canary_scene.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "spillway/v1/router.grpc.pb.h"
#include "tests/e2e/apis_scene.h"
#include "tests/e2e/raw_call.h"
#include "tests/e2e/server_process.h"
#include "tests/sim/raw_client.h"
#include "tests/support/key_digest.h"
#include "tests/support/plain_http.h"

namespace spillway::e2e {
namespace {

constexpr char kCallerKey[] = "cedar/thimble+anchor=checkout";
constexpr char kAdminKey[] = "meadow/lantern+rivet=ops";
constexpr char kAwsId[] = "juniperwharfcopper";
constexpr char kAwsSecret[] = "maple/harbour+whistle=";
constexpr char kAwsToken[] = "ochre/bramble+saddle=drum";

const std::map<std::string, std::string>& Keys() {
  static const auto& keys = *new std::map<std::string, std::string>{
      {"openai", "velvet/marble+lantern="},  {"azure_openai", "walnut/orchard+gate="},
      {"anthropic", "copper-kettle-song"},   {"gemini", "amber_lattice_window"},
      {"mistral", "granite.pillow.river"},   {"cohere", "saffron~compass~hill"},
      {"stranger", "indigo/turnip+saddle="},
  };
  return keys;
}

std::string BasePath(const std::string& api) {
  if (api == "openai" || api == "mistral") return "/v1";
  return api == "gemini" ? "/v1beta" : "";
}

std::string VariableOf(const std::string& name) { return absl::StrCat("KEY_OF_", name); }

bool FromFile(const std::string& name) { return name.size() % 2 == 0; }

sim::SimulatorOptions Providers() {
  sim::SimulatorOptions options;
  for (const std::string api : kApis)
    options.personalities.push_back(sim::ParsePersonalityFlag(api, api + ",tls"));
  options.personalities.push_back(sim::ParsePersonalityFlag("openai", "stranger,tls=untrusted"));
  return options;
}

std::string TextOf(const grpc::Status& status) {
  return absl::StrCat(status.error_code(), " ", status.error_message(), " ", status.error_details());
}

std::string TextOf(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
  std::string text;
  for (const auto& [name, value] : metadata) {
    absl::StrAppend(&text, "\n", std::string(name.data(), name.size()), ": ",
                    std::string(value.data(), value.size()));
  }
  return text;
}

std::shared_ptr<grpc::Channel> ChannelTo(int port) {
  return grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
}

void SetKey(grpc::ClientContext& context, const std::string& key) {
  SetPatience(context);
  context.AddMetadata("authorization", absl::StrCat("Bearer ", key));
}

std::string FileText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

const char* CanaryScene::CallerKey() { return kCallerKey; }

CanaryScene::CanaryScene(const std::vector<std::string>& flags) : sim_(Providers()) {
  Plant();
  yaml_ = Yaml();
  config_path_ = dir_.Write("spillway.yaml", yaml_);
  std::vector<std::string> arguments = {"--config", config_path_};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  testing::Subprocess::Options options;
  options.environment = Variables();
  process_ = std::make_unique<testing::Subprocess>(ServerBinary(), arguments, options);
  const auto serving =
      process_->WaitForLine([](const std::string& line) { return absl::StrContains(line, "serving"); });
  if (!serving) {
    ADD_FAILURE() << "spillway-server does not serve: " << process_->Errors();
    return;
  }
  const auto port = [&](const char* name) {
    // In either form of the log.
    const std::size_t at = serving->find(name) + std::string_view(name).size();
    return std::stoi(serving->substr(serving->find_first_of("0123456789", at)));
  };
  grpc_port_ = port("grpc_port");
  admin_port_ = port("admin_port");
  admin_grpc_port_ = port("admin_grpc_port");
  door_port_ = static_cast<std::uint16_t>(port("openai_port"));
}

void CanaryScene::Plant() {
  for (const auto& [name, key] : Keys()) {
    canaries_.Plant(absl::StrCat("key of ", name), key);
    if (FromFile(name)) dir_.Write(VariableOf(name), key + "\n");
  }
  canaries_.Plant("AWS key id", kAwsId);
  canaries_.Plant("AWS secret", kAwsSecret);
  canaries_.Plant("AWS token", kAwsToken);
  canaries_.Plant("caller's key", kCallerKey);
  canaries_.Plant("administrator's key", kAdminKey);
  const testing::CertificateAndKey pair = authority_.Issue();
  dir_.Write("tls.crt", pair.certificate_pem);
  dir_.Write("tls.key", pair.key_pem);
  // Its second line: the first is the same in all of them.
  const std::size_t second = pair.key_pem.find('\n', pair.key_pem.find('\n') + 1) + 1;
  canaries_.Plant("key of the certificate", pair.key_pem.substr(second, 60));
  dir_.Write("ca.pem", sim_.ca_pem());
}

std::vector<std::string> CanaryScene::Variables() const {
  std::vector<std::string> variables = {absl::StrCat("AWS_ID_OF_TEST=", kAwsId),
                                        absl::StrCat("AWS_SECRET_OF_TEST=", kAwsSecret),
                                        absl::StrCat("AWS_TOKEN_OF_TEST=", kAwsToken)};
  for (const auto& [name, key] : Keys()) {
    if (!FromFile(name)) variables.push_back(absl::StrCat(VariableOf(name), "=", key));
  }
  return variables;
}

std::string CanaryScene::Yaml() const {
  std::string providers;
  std::string endpoints;
  std::string policies;
  std::string all;
  const auto add = [&](const std::string& name, const std::string& api) {
    const std::string key =
        api == "bedrock"
            ? "aws: {access_key_id: {env: AWS_ID_OF_TEST}, secret_access_key: {env: AWS_SECRET_OF_TEST}, "
              "session_token: {env: AWS_TOKEN_OF_TEST}, region: us-east-1}"
            : absl::StrCat("api_key: {",
                           FromFile(name) ? absl::StrCat("file: \"", dir_.Path(VariableOf(name)), "\"")
                                          : absl::StrCat("env: ", VariableOf(name)),
                           "}");
    const std::string target = absl::StrCat("{endpoint: ", name, ", model: \"", ModelOf(api), "\"}");
    absl::StrAppend(&providers, "  - {name: ", name, ", api: ", api, "}\n");
    absl::StrAppend(&endpoints, "  - {name: ", name, ", provider: ", name, ", url: \"", sim_.url(name),
                    BasePath(api), "\", tls: {ca_file: \"", dir_.Path("ca.pem"), "\"}, ", key,
                    api == "azure_openai" ? ", api_version: 2024-10-21" : "", "}\n");
    absl::StrAppend(&policies, "  - {name: only-", name, ", model: chat-", name,
                    ", same_target_retries: 0, production: {failover: {targets: [", target, "]}}}\n");
    absl::StrAppend(&all, all.empty() ? "" : ", ", target);
  };
  add("stranger", "openai");
  for (const std::string api : kApis) add(api, api);
  return absl::StrCat(
      "server:\n  grpc: {address: \"127.0.0.1:0\"}\n"
      "  openai: {address: \"127.0.0.1:0\", tls: {cert_file: \"",
      dir_.Path("tls.crt"), "\", key_file: \"", dir_.Path("tls.key"),
      "\"}}\n"
      "  admin: {address: \"127.0.0.1:0\", grpc_address: \"127.0.0.1:0\", keys: [{name: ops, key_sha256: ",
      testing::KeyDigest(kAdminKey),
      "}]}\n"
      "callers:\n  - {name: checkout, key_sha256: ",
      testing::KeyDigest(kCallerKey), "}\nproviders:\n", providers, "endpoints:\n", endpoints, "policies:\n",
      policies, "  - {name: all, model: chat-all, suspend_duration: 50ms, production: {failover: {targets: [",
      all, "]}}}\n");
}

std::string CanaryScene::Keep(std::string said) {
  absl::StrAppend(&said_, said, "\n");
  return said;
}

std::string CanaryScene::Chat(const std::string& model, const std::string& key) {
  grpc::ClientContext context;
  SetKey(context, key.empty() ? kCallerKey : key);
  v1::ChatResponse response;
  const grpc::Status status =
      v1::RouterService::NewStub(ChannelTo(grpc_port_))->Chat(&context, TestCall(model), &response);
  return Keep(absl::StrCat(TextOf(status), TextOf(context.GetServerInitialMetadata()),
                           TextOf(context.GetServerTrailingMetadata()), response.SerializeAsString()));
}

std::string CanaryScene::Stream(const std::string& model) {
  grpc::ClientContext context;
  SetKey(context, kCallerKey);
  const auto stub = v1::RouterService::NewStub(ChannelTo(grpc_port_));
  const auto reader = stub->StreamChat(&context, TestCall(model));
  v1::ChatEvent event;
  std::string events;
  while (reader->Read(&event)) events += event.SerializeAsString();
  const grpc::Status status = reader->Finish();
  return Keep(absl::StrCat(TextOf(status), TextOf(context.GetServerInitialMetadata()),
                           TextOf(context.GetServerTrailingMetadata()), events));
}

std::string CanaryScene::Door(const std::string& model, bool streamed, const std::string& headers) {
  const std::string key = absl::StrCat("authorization: Bearer ", kCallerKey, "\r\n");
  std::string body = sim::ChatBody("Say this is a test!", model);
  if (streamed) body.insert(1, R"("stream":true,)");
  sim::RawClient client(door_port_, authority_.ca_pem());
  client.Send(sim::PostBytes("/v1/chat/completions", body,
                             absl::StrCat(headers.empty() ? key : headers, "connection: close\r\n")));
  return Keep(client.ReadToEnd().bytes);
}

std::string CanaryScene::Command(const std::vector<std::string>& arguments) {
  testing::Subprocess::Options options;
  options.environment = {absl::StrCat("SPILLWAY_SERVER=127.0.0.1:", grpc_port_),
                         absl::StrCat("SPILLWAY_ADMIN=127.0.0.1:", admin_grpc_port_),
                         absl::StrCat("SPILLWAY_KEY=", kCallerKey),
                         absl::StrCat("SPILLWAY_ADMIN_KEY=", kAdminKey)};
  const std::string server = ServerBinary();
  testing::Subprocess command(server.substr(0, server.rfind("-server")), arguments, options);
  EXPECT_TRUE(command.Wait());
  std::string said;
  for (const std::string& line : command.Lines()) absl::StrAppend(&said, line, "\n");
  return Keep(absl::StrCat(said, command.Errors()));
}

void CanaryScene::AskAround() {
  Keep(FileText(absl::StrCat("/proc/", process_->pid(), "/cmdline")));
  Keep(testing::Get(static_cast<std::uint16_t>(admin_port_), "/metrics").body);
  const auto admin = v1::AdminService::NewStub(ChannelTo(admin_grpc_port_));
  // With another key.
  grpc::ClientContext wrong_context;
  SetKey(wrong_context, std::string(kAdminKey) + "x");
  v1::ListTargetsResponse none;
  const grpc::Status refused = admin->ListTargets(&wrong_context, {}, &none);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  Keep(TextOf(refused));
  grpc::ClientContext config_context;
  SetKey(config_context, kAdminKey);
  v1::GetConfigResponse config;
  Keep(TextOf(admin->GetConfig(&config_context, {}, &config)));
  Keep(config.SerializeAsString());
  grpc::ClientContext targets_context;
  SetKey(targets_context, kAdminKey);
  v1::ListTargetsResponse targets;
  Keep(TextOf(admin->ListTargets(&targets_context, {}, &targets)));
  Keep(targets.SerializeAsString());
  EXPECT_EQ(config.config().endpoints_size(), static_cast<int>(kApis.size()) + 1);
  EXPECT_GT(targets.targets_size(), 0);
  grpc::ClientContext route_context;
  SetKey(route_context, kCallerKey);
  v1::RouteRequest question;
  question.set_model("chat-all");
  v1::RouteResponse route;
  Keep(TextOf(v1::RouterService::NewStub(ChannelTo(grpc_port_))->Route(&route_context, question, &route)));
  Keep(route.SerializeAsString());
  EXPECT_EQ(route.candidates_size(), static_cast<int>(kApis.size()) + 1);
}

std::string CanaryScene::Everything() const {
  std::string text = said_;
  for (const std::string& line : process_->Lines()) absl::StrAppend(&text, line, "\n");
  absl::StrAppend(&text, process_->Errors());
  return text;
}

}  // namespace spillway::e2e
