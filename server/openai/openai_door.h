// The OpenAI-compatible listener: POST /v1/chat/completions, GET /v1/models, GET /v1/models/MODEL, with and
// without the /v1; errors in OpenAI's form.
//
// Start, Shutdown and destroy from one thread that is not the I/O thread, which must be running.
#ifndef SPILLWAY_SERVER_OPENAI_OPENAI_DOOR_H_
#define SPILLWAY_SERVER_OPENAI_OPENAI_DOOR_H_

#include <chrono>
#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "server/http/http_server.h"
#include "server/openai/door_context.h"
#include "server/patience.h"

namespace spillway::server {

class OpenAiDoor {
 public:
  // UNAVAILABLE: the address cannot be bound. All it is given outlives it.
  static absl::StatusOr<std::unique_ptr<OpenAiDoor>> Start(boost::asio::io_context& io, CallRunner& runner,
                                                           Metrics& metrics, HttpServer::Options options);
  virtual ~OpenAiDoor() = default;

  virtual int port() const = 0;

  // On the I/O thread: connections from now on have this certificate.
  virtual void UseTls(std::shared_ptr<transport::ServerTlsContext> tls) = 0;

  // On the I/O thread.
  virtual std::size_t connections() const = 0;

  // As HttpServer's. Each returns at once.
  virtual void Retire() = 0;
  virtual void StopAccepting() = 0;
  // Lets nobody else in; calls under way may end. Returns at once.
  virtual void Drain() = 0;
  // Returns when the last has ended, or at `deadline` or the end of `patience`, when those that are left are
  // cancelled. After Drain.
  virtual void Shutdown(std::chrono::system_clock::time_point deadline, const Patience& patience) = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_OPENAI_DOOR_H_
