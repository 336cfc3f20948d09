// spillway-server as a process that is stopped and started again at the same address.
//
// One thread.
#ifndef SPILLWAY_TESTS_E2E_RESTARTABLE_SERVER_H_
#define SPILLWAY_TESTS_E2E_RESTARTABLE_SERVER_H_

#include <memory>
#include <string>

#include "tests/e2e/scene.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace spillway::e2e {

class RestartableServer {
 public:
  // On `host`, one of 127/8 that no other test has: its ports stay free while it is down. The door is open.
  // A test failure if it does not come up.
  RestartableServer(std::string host, const SceneOptions& options, const sim::Simulator& sim);

  std::string address() const { return host_ + ":" + std::to_string(grpc_port_); }
  const std::string& host() const { return host_; }
  int grpc_port() const { return grpc_port_; }
  int openai_port() const { return openai_port_; }
  testing::Subprocess& process() { return *process_; }

  // SIGTERM, its end, and a new process; false, with a test failure, if either is not as it should be.
  bool Restart();

  // Blocks until the process that runs now has served a call of that kind ("Chat", "StreamChat", …).
  bool WaitForCall(const std::string& method);

 private:
  bool Start();

  std::string host_;
  SceneOptions options_;
  const sim::Simulator& sim_;
  testing::TempDir dir_;
  std::unique_ptr<testing::Subprocess> process_;
  int grpc_port_ = 0;
  int openai_port_ = 0;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_RESTARTABLE_SERVER_H_
