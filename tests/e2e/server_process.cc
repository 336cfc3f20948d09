#include "tests/e2e/server_process.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>

#include "tests/support/paths.h"

namespace spillway::e2e {
namespace {

testing::Subprocess::Options Keys() {
  testing::Subprocess::Options options;
  options.environment = {std::string("PRIMARY_KEY=") + kPrimaryKey, std::string("BACKUP_KEY=") + kBackupKey};
  return options;
}

}  // namespace

std::string ServerBinary() { return testing::ProgramPath("spillway-server"); }

ServerProcess::ServerProcess(const SceneOptions& options, const std::string& config_name)
    : sim_(SceneProviders(options)) {
  const std::string ca_file = dir_.Write("ca.pem", sim_.ca_pem());
  const std::string config = dir_.Write(config_name, SceneConfig(options, sim_, ca_file));
  if (options.max_descriptors == 0) {
    process_ = std::make_unique<testing::Subprocess>(ServerBinary(),
                                                     std::vector<std::string>{"--config", config}, Keys());
  } else {
    const std::string limited = "ulimit -n " + std::to_string(options.max_descriptors) + "; exec \"$@\"";
    process_ = std::make_unique<testing::Subprocess>(
        "/bin/sh", std::vector<std::string>{"-c", limited, "sh", ServerBinary(), "--config", config}, Keys());
  }
  const auto serving = process_->WaitForLine(
      [](const std::string& line) { return line.find("\"event\":\"serving\"") != std::string::npos; });
  if (!serving) {
    ADD_FAILURE() << "spillway-server does not serve: " << process_->Errors();
    return;
  }
  const boost::json::object line = testing::ParseLogLine(*serving);
  grpc_port_ = static_cast<int>(line.at("grpc_port").as_int64());
  admin_port_ = static_cast<int>(line.at("admin_port").as_int64());
  openai_port_ = static_cast<int>(line.at("openai_port").as_int64());
  const std::string address = "127.0.0.1:" + std::to_string(grpc_port_);
  client_ = client::Client::Connect({.address = address, .key = "", .tls = {}}).value();
}

}  // namespace spillway::e2e
