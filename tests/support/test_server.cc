#include "tests/support/test_server.h"

#include <grpcpp/create_channel.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "server/config/config_reading.h"

namespace spillway::testing {
namespace {

[[noreturn]] void GiveUp(const std::string& why, const std::string& path) {
  std::ostringstream yaml;
  yaml << std::ifstream(path).rdbuf();
  std::fprintf(stderr, "TestServer: %s\n%s\n", why.c_str(), yaml.str().c_str());
  std::abort();
}

std::string Loopback(int port) { return "127.0.0.1:" + std::to_string(port); }

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Channels to one address share a connection otherwise, and a proxy of the environment is of no use.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

TestServer::TestServer(const File& config, const std::map<std::string, std::string>& variables)
    : config_path_(config.path) {
  Start(variables);
}

TestServer::TestServer(const std::string& yaml, const std::map<std::string, std::string>& variables)
    : config_path_(dir_.Write("test.yaml", yaml)) {
  Start(variables);
}

void TestServer::Start(const std::map<std::string, std::string>& variables) {
  const server::GetEnv get_env = [variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  server::ConfigReading reading = server::ReadConfig(config_path_, get_env);
  if (!reading.ok()) GiveUp(server::FormatErrors(config_path_, reading.errors), config_path_);
  auto started = server::Server::Start(std::move(reading), get_env);
  if (!started.ok()) GiveUp(started.status().ToString(), config_path_);
  server_ = *std::move(started);
}

std::string TestServer::address() const { return Loopback(ports().grpc); }
std::string TestServer::admin_address() const { return Loopback(ports().admin_grpc); }

std::shared_ptr<grpc::Channel> TestServer::NewChannel() const { return ChannelTo(address()); }
std::shared_ptr<grpc::Channel> TestServer::NewAdminChannel() const { return ChannelTo(admin_address()); }

PlainResponse TestServer::Get(const std::string& target) const {
  return testing::Get(static_cast<std::uint16_t>(ports().admin), target);
}

std::map<std::string, double> ParseMetrics(const std::string& exposition) {
  std::map<std::string, double> samples;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.rfind(' ');
    samples[line.substr(0, space)] = std::strtod(line.c_str() + space + 1, nullptr);
  }
  return samples;
}

}  // namespace spillway::testing
