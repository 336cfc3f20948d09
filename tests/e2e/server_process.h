// spillway-server as its users run it: a process of its own, with simulated providers in this one.
//
// One thread.
#ifndef SPILLWAY_TESTS_E2E_SERVER_PROCESS_H_
#define SPILLWAY_TESTS_E2E_SERVER_PROCESS_H_

#include <memory>
#include <optional>
#include <string>

#include "client/client.h"
#include "tests/e2e/scene.h"
#include "tests/sim/simulator.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace spillway::e2e {

// Where the build put it.
std::string ServerBinary();

class ServerProcess {
 public:
  // Started and serving; a test failure and !running() if it does not come up.
  explicit ServerProcess(const SceneOptions& options = {}, const std::string& config_name = "spillway.yaml");

  bool running() const { return client_.has_value(); }
  sim::Simulator& sim() { return sim_; }
  testing::Subprocess& process() { return *process_; }
  const client::Client& client() const { return *client_; }
  int grpc_port() const { return grpc_port_; }
  int admin_port() const { return admin_port_; }
  // 0: it has no such listener.
  int openai_port() const { return openai_port_; }

 private:
  testing::TempDir dir_;
  sim::Simulator sim_;
  std::unique_ptr<testing::Subprocess> process_;
  std::optional<client::Client> client_;
  int grpc_port_ = 0;
  int admin_port_ = 0;
  int openai_port_ = 0;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_SERVER_PROCESS_H_
