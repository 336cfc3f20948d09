// A spillway-server process whose configuration changes under it, between a caller and two simulated
// providers.
//
//   client --gRPC--> spillway-server --HTTPS--> "primary"
//                                          \--> "backup"
//
// The files lie in a directory as Kubernetes mounts a ConfigMap: `spillway.yaml` and `key` are links through
// `..data` to a directory of the current version, or plain files. One thread, but for client() and sim().
#ifndef SPILLWAY_TESTS_E2E_RELOAD_SCENE_H_
#define SPILLWAY_TESTS_E2E_RELOAD_SCENE_H_

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/admin_client.h"
#include "client/client.h"
#include "tests/e2e/scene.h"
#include "tests/sim/simulator.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"

namespace spillway::e2e {

// What the configuration says.
struct ReloadText {
  // Further fields of `server.grpc`, as in `, max_connections: 2`.
  std::string grpc;
  // Further fields of the section `server`, as in `, shutdown_grace: 1s`.
  std::string server;
  // Of the section `server.admin`, as in `, keys: [...]`.
  std::string admin;
  // Of its one policy.
  std::string model = "gpt-4o";
  std::vector<std::string> targets = {"primary", "backup"};
  // Whether there is such an endpoint; its base path.
  bool with_backup = true;
  std::string backup_path = "/v1";
  // Lines of the policy, and of the file.
  std::vector<std::string> settings = {"suspend_duration: 30s"};
  std::vector<std::string> end;
};

class ReloadScene {
 public:
  enum class Files { kPlain, kMounted };

  // A test failure and !running() if it does not come up.
  explicit ReloadScene(const ReloadText& text = {}, Files files = Files::kPlain);

  bool running() const { return client_.has_value(); }
  sim::Simulator& sim() { return sim_; }
  testing::Subprocess& process() { return *process_; }
  const testing::Subprocess& process() const { return *process_; }
  const client::Client& client() const { return *client_; }
  const client::AdminClient& admin() const { return *admin_; }
  const std::string& address() const { return address_; }
  const std::string& admin_address() const { return admin_address_; }
  std::string config_path() const { return dir_.Path("spillway.yaml"); }

  // Another process in place of this one, with the configuration as its file is now.
  void StartAnew();
  // Another process in place of this one, with the configuration as it is now but for the address of the
  // operator's service, which stays the same.
  void Restart(int signal);

  // The file's text.
  std::string Yaml(const ReloadText& text) const;

  // Into the file that is there.
  void WriteInPlace(const std::string& yaml) const;
  void WriteKey(const std::string& key) const;
  // Under another name, then renamed over it: never half there.
  void Replace(const std::string& yaml) const;
  // Beside it.
  std::string WriteFile(const std::string& name, const std::string& text) const {
    return dir_.Write(name, text);
  }
  std::string PathOf(const std::string& name) const { return dir_.Path(name); }
  // kMounted: a new version of both files, then `..data` swapped.
  void Mount(const std::string& yaml, const std::string& key = kPrimaryKey);
  // kMounted: `..data` swapped to the version of that number, which counts from 1.
  void SwapTo(int version) const;

  client::Result<v1::ChatResponse> Chat(const std::string& model = "gpt-4o") const {
    return client_->Chat(TestCall(model));
  }

  // The `count`th line of that event, waited for; a test failure and an empty one if it does not come.
  boost::json::object WaitForEvent(const std::string& event, int count = 1) const;
  int CountEvents(const std::string& event) const;

  // Puts the file as it is now in force, if its watcher has not done so before; false, with a test failure,
  // if that can't be.
  bool Reload() const;
  // What /readyz says.
  bool Ready() const;
  // 0 for a series that does not exist.
  double Metric(const std::string& series) const;
  v1::GetConfigResponse ConfigInForce() const;
  v1::TargetStatus Target(const std::string& endpoint) const;

 private:
  void Start();

  testing::TempDir dir_;
  sim::Simulator sim_;
  int versions_ = 0;
  std::unique_ptr<testing::Subprocess> process_;
  std::optional<client::Client> client_;
  std::optional<client::AdminClient> admin_;
  std::string address_;
  std::string admin_address_;
  int admin_port_ = 0;
};

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_RELOAD_SCENE_H_
