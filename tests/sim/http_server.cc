#include "tests/sim/http_server.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "tests/sim/connection.h"

namespace spillway::sim {
namespace asio = boost::asio;
namespace {

using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// After a failed accept, which mostly means that file descriptors ran out.
constexpr std::chrono::milliseconds kAcceptPause{20};

asio::awaitable<void> RunPlain(tcp::socket socket, Service* service, std::uint64_t id) {
  Connection<PlainStream> connection(std::move(socket), service, id);
  co_await connection.Run();
}

asio::awaitable<void> RunTls(tcp::socket socket, ServerOptions options, std::uint64_t id) {
  TlsStream stream(std::move(socket), *options.tls);
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kAwait);
  if (error) co_return;
  Connection<TlsStream> connection(std::move(stream), options.service, id);
  co_await connection.Run();
}

// A TLS record: alert, fatal, handshake_failure.
asio::awaitable<void> RefuseTls(tcp::socket socket) {
  static constexpr std::array<unsigned char, 7> kAlert = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28};
  std::array<char, 16 * 1024> hello{};
  auto [read_error, read] = co_await socket.async_read_some(asio::buffer(hello), kAwait);
  if (read_error) co_return;
  co_await asio::async_write(socket, asio::buffer(kAlert), kAwait);
}

void Start(tcp::socket socket, const ServerOptions& options) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto executor = socket.get_executor();
  const std::uint64_t id = ++*options.last_connection;
  if (options.refuse_tls) {
    asio::co_spawn(executor, RefuseTls(std::move(socket)), asio::detached);
  } else if (options.tls != nullptr) {
    asio::co_spawn(executor, RunTls(std::move(socket), options, id), asio::detached);
  } else {
    asio::co_spawn(executor, RunPlain(std::move(socket), options.service, id), asio::detached);
  }
}

}  // namespace

asio::awaitable<void> Serve(tcp::acceptor acceptor, ServerOptions options) {
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (!error) {
      Start(std::move(socket), options);
    } else if (error != asio::error::operation_aborted) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kAwait);
    }
  }
}

}  // namespace spillway::sim
