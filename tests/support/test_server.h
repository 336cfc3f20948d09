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

namespace spillway::testing {

class TestServer {
 public:
  // Aborts, with the reasons on stderr, on a configuration that does not load or start.
  // `variables` stands in for the environment.
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

  void Shutdown() { server_->Shutdown(); }

 private:
  std::unique_ptr<server::Server> server_;
};

// The samples of an exposition: `name{label="value",…}` to value.
std::map<std::string, double> ParseMetrics(const std::string& exposition);

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_TEST_SERVER_H_
