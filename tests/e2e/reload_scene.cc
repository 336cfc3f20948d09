#include "tests/e2e/reload_scene.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "spillway/v1/admin.grpc.pb.h"
#include "tests/e2e/server_process.h"

namespace spillway::e2e {
namespace {

namespace fs = std::filesystem;

bool IsEvent(const std::string& line, const std::string& event) {
  return absl::StrContains(line, absl::StrCat("\"event\":\"", event, "\""));
}

std::string Loopback(const boost::json::object& line, const char* port) {
  return "127.0.0.1:" + std::to_string(line.at(port).as_int64());
}

}  // namespace

ReloadScene::ReloadScene(const ReloadText& text, Files files) : sim_(SceneProviders({})) {
  dir_.Write("ca.pem", sim_.ca_pem());
  if (files == Files::kMounted) {
    Mount(Yaml(text));
    for (const char* name : {"spillway.yaml", "key"})
      fs::create_symlink(absl::StrCat("..data/", name), dir_.Path(name));
  } else {
    WriteKey(kPrimaryKey);
    WriteInPlace(Yaml(text));
  }
  Start();
}

void ReloadScene::Restart(int signal) {
  std::ifstream in(config_path());
  const std::string yaml{std::istreambuf_iterator<char>(in), {}};
  process_->Signal(signal);
  process_->Wait();
  WriteInPlace(absl::StrReplaceAll(
      yaml, {{"grpc_address: \"127.0.0.1:0\"", absl::StrCat("grpc_address: \"", admin_address_, "\"")}}));
  Start();
}

void ReloadScene::StartAnew() {
  process_->Signal(SIGKILL);
  process_->Wait();
  Start();
}

void ReloadScene::Start() {
  process_ = std::make_unique<testing::Subprocess>(ServerBinary(),
                                                   std::vector<std::string>{"--config", config_path()});
  const boost::json::object serving = WaitForEvent("serving");
  if (serving.empty()) {
    ADD_FAILURE() << "spillway-server does not serve: " << process_->Errors();
    return;
  }
  admin_port_ = static_cast<int>(serving.at("admin_port").as_int64());
  admin_address_ = Loopback(serving, "admin_grpc_port");
  address_ = Loopback(serving, "grpc_port");
  client_ = client::Client::Connect({.address = address_, .key = "", .tls = {}}).value();
  admin_ = client::AdminClient::Connect({.address = admin_address_, .key = "", .tls = {}}).value();
}

std::string ReloadScene::Yaml(const ReloadText& text) const {
  const std::string tls = absl::StrCat(", tls: {ca_file: \"", dir_.Path("ca.pem"), "\"}");
  std::string yaml = absl::StrCat(
      "server: {grpc: {address: \"127.0.0.1:0\"", text.grpc,
      "}, admin: {address: \"127.0.0.1:0\", grpc_address: \"127.0.0.1:0\"", text.admin, "}", text.server,
      "}\n"
      "providers: [{name: p, api: openai}]\n"
      "endpoints:\n"
      "  - {name: primary, provider: p, url: \"",
      sim_.url("primary"), "/v1\", api_key: {file: \"", dir_.Path("key"), "\"}", tls, "}\n");
  if (text.with_backup) {
    absl::StrAppend(&yaml, "  - {name: backup, provider: p, url: \"", sim_.url("backup"), text.backup_path,
                    "\"", tls, "}\n");
  }
  const auto leaf = [](std::string* out, const std::string& endpoint) {
    absl::StrAppend(out, "{endpoint: ", endpoint, ", model: gpt-4o}");
  };
  absl::StrAppend(&yaml, "policies:\n  - name: chat\n    model: ", text.model,
                  "\n    production: {failover: {targets: [", absl::StrJoin(text.targets, ", ", leaf),
                  "]}}\n");
  for (const std::string& line : text.settings) absl::StrAppend(&yaml, "    ", line, "\n");
  for (const std::string& line : text.end) absl::StrAppend(&yaml, line, "\n");
  return yaml;
}

void ReloadScene::WriteInPlace(const std::string& yaml) const { dir_.Write("spillway.yaml", yaml); }
void ReloadScene::WriteKey(const std::string& key) const { dir_.Write("key", key); }

void ReloadScene::Replace(const std::string& yaml) const {
  fs::rename(dir_.Write("spillway.yaml.new", yaml), config_path());
}

void ReloadScene::Mount(const std::string& yaml, const std::string& key) {
  const std::string version = absl::StrCat("..v", ++versions_);
  fs::create_directory(dir_.Path(version));
  dir_.Write(version + "/spillway.yaml", yaml);
  dir_.Write(version + "/key", key);
  SwapTo(versions_);
}

void ReloadScene::SwapTo(int version) const {
  fs::create_symlink(absl::StrCat("..v", version), dir_.Path("..data_tmp"));
  fs::rename(dir_.Path("..data_tmp"), dir_.Path("..data"));
}

boost::json::object ReloadScene::WaitForEvent(const std::string& event, int count) const {
  int seen = 0;
  const auto line =
      process_->WaitForLine([&](const std::string& text) { return IsEvent(text, event) && ++seen == count; });
  if (line) return testing::ParseLogLine(*line);
  ADD_FAILURE() << "there are " << CountEvents(event) << " of " << count << " " << event;
  return {};
}

int ReloadScene::CountEvents(const std::string& event) const {
  int count = 0;
  for (const std::string& line : process_->Lines()) count += IsEvent(line, event) ? 1 : 0;
  return count;
}

bool ReloadScene::Reload() const {
  const auto reloaded = admin_->ReloadConfig();
  EXPECT_TRUE(reloaded.ok()) << reloaded.status.error_message();
  return reloaded.ok();
}

bool ReloadScene::Ready() const {
  return testing::Get(static_cast<std::uint16_t>(admin_port_), "/readyz").status == 200;
}

double ReloadScene::Metric(const std::string& series) const {
  const std::string body = testing::Get(static_cast<std::uint16_t>(admin_port_), "/metrics").body;
  const auto samples = testing::ParseMetrics(body);
  const auto found = samples.find(series);
  return found == samples.end() ? 0 : found->second;
}

v1::GetConfigResponse ReloadScene::ConfigInForce() const {
  grpc::ClientContext context;
  v1::GetConfigResponse response;
  const auto channel = grpc::CreateChannel(admin_address_, grpc::InsecureChannelCredentials());
  const grpc::Status status =
      v1::AdminService::NewStub(channel)->GetConfig(&context, v1::GetConfigRequest(), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::TargetStatus ReloadScene::Target(const std::string& endpoint) const {
  const auto targets = admin_->ListTargets();
  for (const v1::TargetStatus& target : targets.response.targets()) {
    if (target.target().endpoint() == endpoint) return target;
  }
  ADD_FAILURE() << "no target of endpoint " << endpoint;
  return {};
}

}  // namespace spillway::e2e
