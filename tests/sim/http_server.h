// An HTTP/1.1 server that delivers replies as badly as their plans say.
//
// Everything happens on the thread that runs the acceptor's io_context. Connections live in
// coroutines: stopping the context and destroying it ends them all.
#ifndef SPILLWAY_TESTS_SIM_HTTP_SERVER_H_
#define SPILLWAY_TESTS_SIM_HTTP_SERVER_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>

#include "tests/sim/service.h"

namespace spillway::sim {

struct ServerOptions {
  // Must outlive the server.
  Service* service = nullptr;
  // Where connection ids come from; shared by the servers of a process.
  std::uint64_t* last_connection = nullptr;
  // Null: plain text.
  std::shared_ptr<boost::asio::ssl::context> tls;
  // Answer every ClientHello with a fatal alert.
  bool refuse_tls = false;
};

// Accepts connections until the acceptor is closed or the context destroyed.
boost::asio::awaitable<void> Serve(boost::asio::ip::tcp::acceptor acceptor, ServerOptions options);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_HTTP_SERVER_H_
