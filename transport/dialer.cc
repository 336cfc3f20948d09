#include "transport/dialer.h"

#include <boost/asio/ip/address.hpp>
#include <string>
#include <utility>

namespace spillway::transport {

void Dialer::Dial(const Origin& origin) {
  error_code not_literal;
  const auto literal = asio::ip::make_address(origin.host, not_literal);
  if (!not_literal) {
    DialAddresses({Tcp::endpoint(literal, origin.port)});
    return;
  }
  resolving_ = true;
  resolver_.async_resolve(
      origin.host, std::to_string(origin.port), Resolver::numeric_service,
      [self = shared_from_this()](const error_code& ec, const Resolver::results_type& results) {
        self->resolving_ = false;
        if (!self->handler_) return;
        if (ec || results.empty()) {
          self->Finish(Error{ErrorKind::kDns, "the host's name does not resolve: " + ec.message()});
          return;
        }
        self->DialAddresses(std::vector<Tcp::endpoint>(results.begin(), results.end()));
      });
}

void Dialer::DialAddresses(std::vector<Tcp::endpoint> addresses) {
  addresses_ = std::move(addresses);
  TryNext();
}

void Dialer::TryNext() {
  const Tcp::endpoint& address = addresses_[attempt_++];
  out_of_patience_ = false;
  socket_.async_connect(address, [self = shared_from_this(), attempt = attempt_](const error_code& ec) {
    self->OnConnected(attempt, ec);
  });
  if (attempt_ == addresses_.size()) return;
  patience_.expires_after(kAddressPatience);
  patience_.async_wait([self = shared_from_this(), attempt = attempt_](const error_code& ec) {
    if (ec || attempt != self->attempt_ || !self->handler_) return;
    self->out_of_patience_ = true;
    error_code ignored;
    self->socket_.close(ignored);
  });
}

void Dialer::OnConnected(std::size_t attempt, const error_code& ec) {
  if (!handler_ || attempt != attempt_) return;
  patience_.cancel();
  // Connected and given up in the same instant: the socket is closed already.
  const bool connected = !ec && !out_of_patience_;
  if (connected) {
    Finish(std::move(socket_));
    return;
  }
  last_error_ = out_of_patience_ ? error_code(asio::error::timed_out) : ec;
  error_code ignored;
  socket_.close(ignored);
  if (attempt_ < addresses_.size()) {
    TryNext();
    return;
  }
  std::string message = "cannot connect: " + last_error_.message();
  if (addresses_.size() > 1) message += " at the last of " + std::to_string(addresses_.size()) + " addresses";
  Finish(Error{ErrorKind::kRefused, std::move(message)});
}

void Dialer::Finish(std::variant<Socket, Error> outcome) {
  Handler handler = std::exchange(handler_, nullptr);
  handler(std::move(outcome));
}

void Dialer::Cancel() {
  handler_ = nullptr;
  resolver_.cancel();
  patience_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace spillway::transport
