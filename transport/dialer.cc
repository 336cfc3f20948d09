#include "transport/dialer.h"

#include <boost/asio/ip/address.hpp>
#include <string>
#include <utility>

namespace spillway::transport {
namespace {

bool IsLinkLocal(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_v4().to_uint() >> 16 == (169U << 8 | 254U);
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return IsLinkLocal(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
  return v6.is_link_local();
}

}  // namespace

void Dialer::Dial(const Origin& origin) {
  error_code not_literal;
  const auto literal = asio::ip::make_address(origin.host, not_literal);
  if (!not_literal) {
    DialAddresses({Tcp::endpoint(literal, origin.port)});
    return;
  }
  ticket_ = NameResolver::Of(io_).Resolve(
      origin.host, [self = shared_from_this(), port = origin.port](const LookUpAnswer& answer) {
        self->ticket_.reset();
        if (answer.addresses.empty()) {
          self->Finish(Error{ErrorKind::kDns, "the host's name does not resolve: " + answer.error});
          return;
        }
        std::vector<Tcp::endpoint> addresses;
        for (const asio::ip::address& address : answer.addresses) addresses.emplace_back(address, port);
        self->DialAddresses(std::move(addresses));
      });
}

void Dialer::DialAddresses(std::vector<Tcp::endpoint> addresses) {
  std::erase_if(addresses, [](const Tcp::endpoint& one) { return IsLinkLocal(one.address()); });
  addresses_ = std::move(addresses);
  if (!addresses_.empty()) return TryNext();
  asio::post(io_, [self = shared_from_this()] {
    if (self->handler_) self->Finish(Error{ErrorKind::kRefused, "the host resolves to a link-local address"});
  });
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
  if (ticket_) NameResolver::Of(io_).Cancel(*std::exchange(ticket_, std::nullopt));
  patience_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace spillway::transport
