// An HTTP/1.1 listener on the I/O thread: keep-alive, pipelining, chunked bodies, Expect: 100-continue, TLS.
//
// One request at a time on each connection, answers in the order of the requests. Slow and oversized clients
// are bounded by HttpLimits. A client that closes its end while its request is answered has left.
//
// Thread-safety: Start on any thread while the I/O thread runs or before; all else on the I/O thread.
// Ownership: `io` and `handler` outlive the server and its connections.
#ifndef SPILLWAY_SERVER_HTTP_HTTP_SERVER_H_
#define SPILLWAY_SERVER_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/http/http_exchange.h"
#include "server/http/http_limits.h"

namespace boost::asio {
class io_context;
}

namespace spillway::transport {
class ServerTlsContext;
}

namespace spillway::server {

class HttpServer {
 public:
  struct Options {
    // host:port; port 0 picks one.
    std::string address;
    HttpLimits limits;
    // Null: plain HTTP.
    std::shared_ptr<transport::ServerTlsContext> tls;
  };

  // UNAVAILABLE: the address cannot be bound; the message says why.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(boost::asio::io_context& io, Options options,
                                                           HttpHandler& handler);
  // Closes everything at once; exchanges under way end with OnGone.
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;

  // For connections from now on. Not from TLS to none, nor back.
  virtual void UseTls(std::shared_ptr<transport::ServerTlsContext> tls) = 0;

  // From now on each answer says that its connection is closed after it; new connections are still let in.
  virtual void Retire() = 0;

  // Lets nobody else in but those who are in the queue already; otherwise as Retire.
  virtual void StopAccepting() = 0;

  // Lets nobody else in, closes connections that wait for another request, and the others after their answer.
  // Those on which none has come yet have a second for it.
  // `done`, once, when the last is closed; never from inside.
  virtual void Drain(absl::AnyInvocable<void()> done) = 0;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_HTTP_SERVER_H_
