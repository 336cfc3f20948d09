// The server: every room put together, from configuration to shutdown.
//
// Threads: one takes gRPC requests off the wire (grpc/front.h), one runs the calls and owns
// every upstream connection (the I/O thread), one serves the admin HTTP listener, one watches the
// configuration's files, and gRPC's own for the admin service if that is configured. Create, Shutdown and
// destroy on one thread; Reload from any, before Shutdown.
#ifndef SPILLWAY_SERVER_SERVER_H_
#define SPILLWAY_SERVER_SERVER_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/config/config_reading.h"
#include "server/reload_result.h"

namespace spillway::server {

struct ServerPorts {
  int grpc = 0;
  int admin = 0;
  // 0: the OpenAI-compatible listener is off.
  int openai = 0;
  // 0: the admin service is off.
  int admin_grpc = 0;
};

class Server {
 public:
  // Listening and serving when it returns, with a configuration that has no errors. An error names the
  // listener or file it is about. From then on `get_env` is asked for keys at each reload, on any thread.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ConfigReading config, GetEnv get_env);

  // As Shutdown with no grace, if that was not called.
  virtual ~Server() = default;

  virtual const ServerPorts& ports() const = 0;

  // Reads the configuration again; as Reloader's. A change of its files is noticed without it.
  virtual ReloadResult Reload(std::string_view trigger) = 0;

  // The same, on the thread that watches those files: waits for nothing, least of all a file that hangs.
  virtual void AskToReload(std::string_view trigger) = 0;

  // Not ready; after the configured delay, clients are asked to go elsewhere; then no new calls, and those
  // under way may end within the configured grace. False: so they have, but a reload hangs in what it reads.
  // Nothing can end that but the end of the process, and the destructor would wait for it.
  virtual bool Shutdown() = 0;

  // A Shutdown, under way or to come, waits for nothing any more. Any thread.
  virtual void Hurry() = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_SERVER_H_
