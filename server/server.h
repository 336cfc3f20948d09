// The server: every room put together, from configuration to shutdown.
//
// Threads: one takes gRPC requests off the wire (grpc/front.h), one runs the calls and owns
// every upstream connection (the I/O thread), one serves the admin HTTP listener, and gRPC's own
// for the admin service if that is configured. Create, Shutdown and destroy on one thread.
#ifndef SPILLWAY_SERVER_SERVER_H_
#define SPILLWAY_SERVER_SERVER_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "server/config/config_loader.h"
#include "server/config/secrets.h"

namespace spillway::server {

struct ServerPorts {
  int grpc = 0;
  int admin = 0;
  // 0: the admin service is off.
  int admin_grpc = 0;
};

class Server {
 public:
  // Listening and serving when it returns. An error names the listener or file it is about.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const LoadedConfig& loaded,
                                                       const ResolvedSecrets& secrets);

  // As Shutdown with no grace, if that was not called.
  virtual ~Server() = default;

  virtual const ServerPorts& ports() const = 0;

  // Readiness off, no new calls, those under way may end within the configured grace.
  virtual void Shutdown() = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_SERVER_H_
