// From an origin to a connected socket: resolves the name, then tries its addresses in turn.
//
// Link-local addresses are never dialled, whatever named them: clouds serve instance credentials there.
//
// Thread-safety: none; a name is resolved by the NameResolver of `io`. Ownership: shared, so that it
// survives until Asio lets go of it; the handler is released as soon as it was called or Cancel was.
// Time: no deadline of its own (its user cancels), except that an address that stays silent gives way
// to the next, if there is one, after kAddressPatience.
#ifndef SPILLWAY_TRANSPORT_DIALER_H_
#define SPILLWAY_TRANSPORT_DIALER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "transport/asio_types.h"
#include "transport/error.h"
#include "transport/http_client.h"
#include "transport/name_resolver.h"

namespace spillway::transport {

// A SYN sent again after 1 s still gets its answer in this.
inline constexpr std::chrono::milliseconds kAddressPatience(2500);

class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  // Errors are kDns or kRefused, without host and port.
  using Handler = absl::AnyInvocable<void(std::variant<Socket, Error>)>;

  Dialer(asio::io_context& io, Handler handler)
      : io_(io), socket_(io), patience_(io), handler_(std::move(handler)) {}

  // One of the two, once. The handler is not called from inside.
  void Dial(const Origin& origin);
  void DialAddresses(std::vector<Tcp::endpoint> addresses);

  // Closes what is open; the handler is not called any more.
  void Cancel();

  bool resolving() const { return ticket_.has_value(); }

 private:
  void TryNext();
  void OnConnected(std::size_t attempt, const error_code& ec);
  void Finish(std::variant<Socket, Error> outcome);

  asio::io_context& io_;
  // While the name is resolved.
  std::optional<NameResolver::Ticket> ticket_;
  Socket socket_;
  Timer patience_;
  Handler handler_;
  std::vector<Tcp::endpoint> addresses_;
  // How many of the addresses were tried, the current one included.
  std::size_t attempt_ = 0;
  error_code last_error_;
  bool out_of_patience_ = false;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_DIALER_H_
