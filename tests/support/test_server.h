// A whole server in this process, on ports of its own choosing.
//
// As thread-safe as what it hands out. Whoever writes the YAML asks for port 0 everywhere.
#ifndef SPILLWAY_TESTS_SUPPORT_TEST_SERVER_H_
#define SPILLWAY_TESTS_SUPPORT_TEST_SERVER_H_

#include <grpcpp/channel.h>

#include <map>
#include <memory>
#include <string>

#include "server/server.h"
#include "tests/support/plain_http.h"
#include "tests/support/temp_dir.h"

namespace spillway::testing {

class TestServer {
 public:
  struct File {
    std::string path;
  };

  // Aborts, with the reasons on stderr, on a configuration that does not load or start.
  // `variables` stands in for the environment.
  explicit TestServer(const File& config, const std::map<std::string, std::string>& variables = {});
  // With a file of its own.
  explicit TestServer(const std::string& yaml, const std::map<std::string, std::string>& variables = {});

  const server::ServerPorts& ports() const { return server_->ports(); }
  // "127.0.0.1:PORT".
  std::string address() const;
  std::string admin_address() const;

  // A channel of its own connection, with gRPC's own defaults.
  std::shared_ptr<grpc::Channel> NewChannel() const;
  std::shared_ptr<grpc::Channel> NewAdminChannel() const;

  // From the admin HTTP listener.
  PlainResponse Get(const std::string& target) const;

  // The server reads it again when it changes.
  const std::string& config_path() const { return config_path_; }
  server::ReloadResult Reload() { return server_->Reload("test"); }

  bool Shutdown() { return server_->Shutdown(); }

 private:
  void Start(const std::map<std::string, std::string>& variables);

  TempDir dir_;
  std::string config_path_;
  std::unique_ptr<server::Server> server_;
};

// The samples of an exposition: `name{label="value",…}` to value.
std::map<std::string, double> ParseMetrics(const std::string& exposition);

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_TEST_SERVER_H_
