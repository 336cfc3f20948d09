#include "tests/e2e/restartable_server.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json/object.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/e2e/server_process.h"
#include "tests/support/log_capture.h"

namespace spillway::e2e {

RestartableServer::RestartableServer(std::string host, const SceneOptions& options, const sim::Simulator& sim)
    : host_(std::move(host)), options_(options), sim_(sim) {
  Start();
}

bool RestartableServer::Start() {
  SceneOptions options = options_;
  options.server.push_back(absl::StrCat("openai: {address: \"", host_, ":", openai_port_, "\"}"));
  const std::string config = dir_.Write(
      "spillway.yaml", absl::StrReplaceAll(SceneConfig(options, sim_, dir_.Write("ca.pem", sim_.ca_pem())),
                                           {{"grpc: {address: \"127.0.0.1:0\"",
                                             absl::StrCat("grpc: {address: \"", address(), "\"")}}));
  testing::Subprocess::Options keys;
  keys.environment = {absl::StrCat("PRIMARY_KEY=", kPrimaryKey), absl::StrCat("BACKUP_KEY=", kBackupKey)};
  process_ = std::make_unique<testing::Subprocess>(ServerBinary(),
                                                   std::vector<std::string>{"--config", config}, keys);
  const auto serving = process_->WaitForLine(
      [](const std::string& line) { return line.find("\"event\":\"serving\"") != std::string::npos; });
  if (!serving) {
    ADD_FAILURE() << "spillway-server does not serve: " << process_->Errors();
    return false;
  }
  const boost::json::object line = testing::ParseLogLine(*serving);
  grpc_port_ = static_cast<int>(line.at("grpc_port").as_int64());
  openai_port_ = static_cast<int>(line.at("openai_port").as_int64());
  return true;
}

bool RestartableServer::Restart() {
  process_->Signal(SIGTERM);
  const auto code = process_->Wait();
  EXPECT_EQ(code, 0) << process_->Errors();
  return code == 0 && Start();
}

bool RestartableServer::WaitForCall(const std::string& method) {
  const std::string word = absl::StrCat("\"method\":\"", method, "\"");
  const bool called = process_
                          ->WaitForLine([&](const std::string& line) {
                            return line.find("\"event\":\"call\"") != std::string::npos &&
                                   line.find(word) != std::string::npos;
                          })
                          .has_value();
  EXPECT_TRUE(called) << method << " at " << address();
  return called;
}

}  // namespace spillway::e2e
