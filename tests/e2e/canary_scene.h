// The binary with secrets planted wherever it may have one, and everything that it says.
//
//   client  --gRPC-->  spillway-server --HTTPS--> seven simulated providers, one for each API
//   client  --TLS--->  its OpenAI-compatible listener        and "stranger", whose certificate is untrusted
//
// Keys come from the environment (the odd endpoints) and from files (the even ones). The model "chat-API"
// goes to that API's provider alone, "chat-all" to all of them in turn. No key looks like one: none is long
// and random, none has a vendor's prefix. One thread.
#ifndef SPILLWAY_TESTS_E2E_CANARY_SCENE_H_
#define SPILLWAY_TESTS_E2E_CANARY_SCENE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "spillway/v1/chat.pb.h"
#include "tests/sim/simulator.h"
#include "tests/support/canaries.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace spillway::e2e {

class CanaryScene {
 public:
  // `flags`: further arguments of the server's. A test failure and !running() if it does not come up.
  explicit CanaryScene(const std::vector<std::string>& flags = {});

  bool running() const { return grpc_port_ != 0; }
  sim::Simulator& sim() { return sim_; }
  testing::Subprocess& process() { return *process_; }
  const testing::Canaries& canaries() const { return canaries_; }
  const testing::TempDir& dir() const { return dir_; }
  // The configuration file's name and text.
  const std::string& config_path() const { return config_path_; }
  const std::string& yaml() const { return yaml_; }
  // The environment that its keys are in, as NAME=VALUE.
  std::vector<std::string> Variables() const;

  // A call's every byte: status, message, details, metadata, the answer. Kept, too.
  std::string Chat(const std::string& model, const std::string& key = "");
  std::string Stream(const std::string& model);
  // At the OpenAI-compatible listener, whole or streamed.
  std::string Door(const std::string& model, bool streamed, const std::string& headers = "");
  // The `spillway` command's output, both of its streams.
  std::string Command(const std::vector<std::string>& arguments);

  // What everybody else may ask: /metrics, the administrator's methods, Route, the server's command line.
  void AskAround();

  // All of the above so far, and the server's own output.
  std::string Everything() const;

  // In metadata, for those who ask as "checkout".
  static const char* CallerKey();

 private:
  void Plant();
  std::string Yaml() const;
  std::string Keep(std::string said);

  testing::TempDir dir_;
  testing::Canaries canaries_;
  testing::TestAuthority authority_;
  sim::Simulator sim_;
  std::string yaml_;
  std::string config_path_;
  std::unique_ptr<testing::Subprocess> process_;
  int grpc_port_ = 0;
  int admin_port_ = 0;
  int admin_grpc_port_ = 0;
  std::uint16_t door_port_ = 0;
  std::string said_;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_CANARY_SCENE_H_
