// One accepted connection: requests read one after another, each answered as planned.
//
// Owned by the coroutine that runs it; single-threaded. A peer's half-close counts as its
// leaving, as it does with most servers.
#ifndef SPILLWAY_TESTS_SIM_CONNECTION_H_
#define SPILLWAY_TESTS_SIM_CONNECTION_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/message.h"
#include "tests/sim/service.h"

namespace spillway::sim {

using PlainStream = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

template <typename Stream>
class Connection {
 public:
  // `service` must outlive the connection. A TLS stream's handshake is done.
  Connection(Stream stream, Service* service, std::uint64_t id);

  // Until either side ends it.
  boost::asio::awaitable<void> Run();

 private:
  // What becomes of the connection after an exchange.
  enum class Fate : std::uint8_t { kKeep, kCloseGently, kDrop, kReset };

  struct Incoming {
    // Nothing: the peer left, or `refusal` says what to tell it.
    std::optional<Request> request;
    bool keep_alive = false;
    int refusal = 0;
  };

  boost::asio::awaitable<Incoming> Read();
  boost::asio::awaitable<Fate> Exchange(Request request, bool keep_alive);
  // Carries out `reply`'s plan; `outcome` tells whether the peer left before.
  boost::asio::awaitable<Fate> Deliver(const Reply& reply, bool keep_alive, bool is_head, Outcome& outcome);
  // The same of a reply that is a stream; counts the tokens that were sent.
  boost::asio::awaitable<Fate> DeliverStream(const Reply& reply, bool keep_alive, Outcome& outcome);
  boost::asio::awaitable<bool> Write(const std::string& bytes);
  boost::asio::awaitable<void> Refuse(int status);
  // Waits for the time, or for ever; true as soon as the peer has left.
  boost::asio::awaitable<bool> PeerLeavesWithin(std::optional<std::chrono::milliseconds> limit);
  boost::asio::awaitable<void> CloseGently();
  void Reset();

  Stream stream_;
  boost::beast::flat_buffer buffer_;
  Service* service_;
  std::uint64_t id_;
  std::uint64_t requests_ = 0;
};

extern template class Connection<PlainStream>;
extern template class Connection<TlsStream>;

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_CONNECTION_H_
