#include "tests/e2e/example_scene.h"

#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/sim/config.h"
#include "tests/support/paths.h"

namespace spillway::e2e {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(testing::SourcePath(path), std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void Replace(const std::string& file, const std::string& from, const std::string& to, std::string& text) {
  if (absl::StrReplaceAll({{from, to}}, &text) == 0) {
    throw std::runtime_error(absl::StrCat(file, " has no \"", from, "\" to replace"));
  }
}

sim::SimulatorOptions DemoProviders() { return sim::ParseConfig(ReadFile("tools/demo-providers.json")); }

sim::SimulatorOptions Providers(const Example& example) {
  sim::SimulatorOptions options = DemoProviders();
  options.control = "";
  for (sim::PersonalityConfig& personality : options.personalities) personality.listen = "127.0.0.1:0";
  for (const auto& [name, script] : example.scripts()) {
    const auto has_name = [&name = name](const auto& personality) { return personality.name == name; };
    const auto found = std::find_if(options.personalities.begin(), options.personalities.end(), has_name);
    if (found == options.personalities.end()) throw std::runtime_error("no provider is called " + name);
    found->script = sim::ParseScript(script);
  }
  return options;
}

// The example on ports of this test's own.
std::string OnOurPorts(const Example& example, const sim::Simulator& simulator, const std::string& ca_file) {
  std::string text = example.Text();
  for (const char* address : {"127.0.0.1:50051", "127.0.0.1:9901", "127.0.0.1:9902"}) {
    Replace("the example", address, "127.0.0.1:0", text);
  }
  // Where there is a door.
  absl::StrReplaceAll({{"127.0.0.1:8080\"", "127.0.0.1:0\""}}, &text);
  Replace("the example", "build/demo/ca.pem", ca_file, text);
  for (const sim::PersonalityConfig& personality : DemoProviders().personalities) {
    absl::StrReplaceAll({{"https://" + personality.listen, simulator.url(personality.name)}}, &text);
  }
  return text;
}

client::Client ClientOf(const testing::TestServer& server, const std::string& key) {
  return client::Client::Connect({.address = server.address(), .key = key, .tls = {}}).value();
}

std::pair<std::string, std::string> EndpointAndModel(const std::string& name) {
  return absl::StrSplit(name, absl::MaxSplits('/', 1));
}

}  // namespace

Example& Example::With(std::string from, std::string to) {
  replacements_.emplace_back(std::move(from), std::move(to));
  return *this;
}

Example& Example::Script(std::string personality, std::string script) {
  scripts_[std::move(personality)] = std::move(script);
  return *this;
}

Example& Example::As(std::string key) {
  key_ = std::move(key);
  return *this;
}

std::string Example::Text() const {
  std::string text = ReadFile("examples/" + file_);
  for (const auto& [from, to] : replacements_) Replace(file_, from, to, text);
  return text;
}

std::map<std::string, std::string> ExampleVariables() {
  std::map<std::string, std::string> variables;
  for (const sim::PersonalityConfig& personality : DemoProviders().personalities) {
    const std::string& key = personality.api_options.api_key;
    variables[absl::StrCat("DEMO_", absl::AsciiStrToUpper(personality.name), "_KEY")] = key;
    if (personality.api != "bedrock") continue;
    const std::size_t colon = key.find(':');
    variables["DEMO_AWS_ACCESS_KEY_ID"] = key.substr(0, colon);
    variables["DEMO_AWS_SECRET_ACCESS_KEY"] = key.substr(colon + 1);
  }
  return variables;
}

ExampleScene::ExampleScene(const Example& example)
    : sim_(Providers(example)),
      server_(OnOurPorts(example, sim_, dir_.Write("ca.pem", sim_.ca_pem())), ExampleVariables()),
      client_(ClientOf(server_, example.key())),
      admin_(
          client::AdminClient::Connect({.address = server_.admin_address(), .key = "", .tls = {}}).value()) {}

client::Client ExampleScene::Caller(const std::string& key) const { return ClientOf(server_, key); }

client::Result<v1::ChatResponse> ExampleScene::Chat(const std::string& model) const {
  return client_.Chat(TestCall(model));
}

client::Result<v1::ChatResponse> ExampleScene::Chat(const v1::ChatRequest& request,
                                                    const client::CallOptions& call) const {
  return client_.Chat(request, call);
}

client::Result<v1::RouteResponse> ExampleScene::Route(const std::string& model,
                                                      v1::Environment environment) const {
  v1::RouteRequest request;
  request.set_model(model);
  request.set_environment(environment);
  return client_.Route(request);
}

std::vector<std::string> ExampleScene::WhoServes(int calls, const std::string& model) const {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(calls));
  for (int i = 0; i < calls; ++i) names.push_back(ServedBy(Chat(model)));
  return names;
}

v1::TargetStatus ExampleScene::Target(const std::string& name) const {
  const auto targets = admin_.ListTargets();
  EXPECT_TRUE(targets.ok()) << targets.status.error_message();
  for (const v1::TargetStatus& target : targets.response.targets()) {
    if (NameOf(target.target()) == name) return target;
  }
  ADD_FAILURE() << "no target is called " << name;
  return {};
}

void ExampleScene::Suspend(const std::string& name) const {
  v1::SuspendTargetRequest request;
  std::tie(*request.mutable_endpoint(), *request.mutable_model()) = EndpointAndModel(name);
  const auto result = admin_.SuspendTarget(request);
  EXPECT_TRUE(result.ok()) << result.status.error_message();
}

void ExampleScene::Resume(const std::string& name) const {
  v1::ResumeTargetRequest request;
  std::tie(*request.mutable_endpoint(), *request.mutable_model()) = EndpointAndModel(name);
  const auto result = admin_.ResumeTarget(request);
  EXPECT_TRUE(result.ok()) << result.status.error_message();
}

void ExampleScene::WaitUntilDue(const std::string& name) const {
  const v1::TargetStatus target = Target(name);
  ASSERT_TRUE(target.has_suspended_until()) << name << " is not suspended";
  std::this_thread::sleep_until(TimeOf(target.suspended_until()) + std::chrono::milliseconds(2));
}

double ExampleScene::Metric(const std::string& series) const {
  const auto samples = testing::ParseMetrics(server_.Get("/metrics").body);
  const auto found = samples.find(series);
  return found == samples.end() ? 0 : found->second;
}

std::string NameOf(const v1::TargetRef& target) {
  return absl::StrCat(target.endpoint(), "/", target.model());
}

std::string ServedBy(const client::Result<v1::ChatResponse>& result) {
  return result.ok() ? NameOf(result.response.route().served_by()) : result.status.error_message();
}

std::vector<std::string> Tried(const client::Result<v1::ChatResponse>& result) {
  std::vector<std::string> names;
  for (const v1::Attempt& attempt : client::TraceOf(result).attempts()) {
    names.push_back(NameOf(attempt.target()));
  }
  return names;
}

std::vector<std::string> WouldTry(const client::Result<v1::RouteResponse>& result) {
  EXPECT_TRUE(result.ok()) << result.status.error_message();
  std::vector<std::string> names;
  for (const v1::Candidate& candidate : result.response.candidates()) {
    if (candidate.would_try()) names.push_back(NameOf(candidate.target()));
  }
  return names;
}

std::string ReasonOf(const client::Outcome& outcome) {
  return outcome.details.error_info ? outcome.details.error_info->reason() : "";
}

std::chrono::system_clock::time_point TimeOf(const google::protobuf::Timestamp& timestamp) {
  return std::chrono::system_clock::time_point(
      std::chrono::microseconds(google::protobuf::util::TimeUtil::TimestampToMicroseconds(timestamp)));
}

boost::json::object BodyOf(const sim::LogEntry& entry) {
  return boost::json::parse(entry.request.body).as_object();
}

std::string ModelIn(const sim::LogEntry& entry) { return std::string(BodyOf(entry).at("model").as_string()); }

}  // namespace spillway::e2e
