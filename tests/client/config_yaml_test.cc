#include "client/command/config_yaml.h"

#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "server/config/config_loader.h"
#include "tests/support/paths.h"

namespace spillway::client {
namespace {

v1::Config Read(const std::string& yaml) {
  const server::ConfigResult result = server::ParseConfig(yaml, "test.yaml");
  EXPECT_TRUE(result.ok()) << server::FormatErrors("test.yaml", result.errors) << yaml;
  return result.ok() ? result.loaded->config : v1::Config();
}

constexpr char kEverything[] = R"(server:
  grpc: {address: "127.0.0.1:0", max_message_bytes: 1000000}
  admin: {address: "127.0.0.1:0", grpc_address: "127.0.0.1:0"}
  shutdown_grace: 1500ms
callers:
  - {name: "no", key_sha256: 0000000000000000000000000000000000000000000000000000000000000001, models: [gpt-4o, "a b"]}
providers:
  - {name: "1", api: azure_openai, models: [gpt-4o, "true", "x: #"]}
endpoints:
  - name: eu
    provider: "1"
    url: https://example.com/v1
    api_key: {env: KEY}
    tls: {ca_file: /etc/ca.pem, server_name: example.org}
    primary: true
policies:
  - name: p
    model: "*"
    production:
      weighted:
        targets:
          - {endpoint: eu, model: gpt-4o, weight: 3, parameters: {temperature: 0.5, stop: ["a: b", "}", "ü"], seed: null}}
          - failover:
              targets: [{endpoint: eu, model: "true", lacks: [tools, json_schema], request_timeout: 90s}]
            weight: 1
    request_timeout: 5m
    first_token_timeout: 0.0005s
    stream_idle_timeout: 1.25s
    fail_on: ["429", 5xx, error]
    suspend_duration: 30s
    count_mode: window
    stream_unary: false
    retry_budget: {}
)";

TEST(ConfigYaml, TheServerReadsItAsTheSameConfiguration) {
  const v1::Config config = Read(kEverything);
  const std::string yaml = ConfigYaml(config);
  EXPECT_EQ(Read(yaml).DebugString(), config.DebugString()) << yaml;
}

TEST(ConfigYaml, EveryExampleComesBackAsItWas) {
  for (const char* name : {"model-failover", "kong-failover", "weighted-round-robin", "fallback-codes"}) {
    std::ifstream in(testing::SourcePath(std::string("examples/") + name + ".yaml"));
    ASSERT_TRUE(in) << name;
    const v1::Config config = Read({std::istreambuf_iterator<char>(in), {}});
    ASSERT_GT(config.policies_size(), 0) << name;
    EXPECT_EQ(Read(ConfigYaml(config)).DebugString(), config.DebugString()) << name;
  }
}

TEST(ConfigYaml, ItIsWrittenAsAPersonWould) {
  v1::Config config = Read(kEverything);
  config.mutable_policies()->Clear();
  EXPECT_EQ(ConfigYaml(config), R"(server:
  grpc: {address: "127.0.0.1:0", max_message_bytes: 1000000}
  admin: {address: "127.0.0.1:0", grpc_address: "127.0.0.1:0"}
  shutdown_grace: 1500ms
providers:
  - {name: "1", api: azure_openai, models: [gpt-4o, "true", "x: #"]}
endpoints:
  - name: eu
    provider: "1"
    url: "https://example.com/v1"
    primary: true
    api_key: {env: KEY}
    tls: {ca_file: /etc/ca.pem, server_name: example.org}
callers:
  - name: "no"
    key_sha256: "0000000000000000000000000000000000000000000000000000000000000001"
    models: [gpt-4o, "a b"]
)");
}

TEST(ConfigYaml, NoTextCanSayMoreThanItself) {
  v1::Config config = Read(kEverything);
  config.mutable_policies(0)->set_name("x\ncallers: []\x1b[2J \"'{}[]&*!|>%@`,#");
  const std::string yaml = ConfigYaml(config);
  EXPECT_EQ(yaml.find('\x1b'), std::string::npos);
  EXPECT_EQ(yaml.find("\ncallers: []"), std::string::npos);
}

}  // namespace
}  // namespace spillway::client
