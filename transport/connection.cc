#include "transport/connection.h"

#include <utility>

#include "transport/socket_options.h"

namespace spillway::transport {

Connection::Connection(asio::io_context& io, ConnectionSetup& setup, Owner& owner)
    : io_(io), setup_(setup), owner_(&owner), socket_(io), reader_(setup.limits) {}

void Connection::Open(std::unique_ptr<Exchange> exchange) {
  exchange_ = std::move(exchange);
  dialer_ =
      std::make_shared<Dialer>(io_, [self = shared_from_this()](std::variant<Socket, Error> outcome) mutable {
        self->OnDialed(std::move(outcome));
      });
  dialer_->Dial(setup_.origin);
}

bool Connection::Reuse(std::unique_ptr<Exchange> exchange) {
  exchange_ = std::move(exchange);
  // What has come since it fell idle, and nobody has looked at yet, is no answer to this.
  if (!IsQuiet()) return false;
  BeginExchange();
  return WriteSome();
}

std::unique_ptr<Exchange> Connection::Close() {
  phase_ = Phase::kClosed;
  owner_ = nullptr;
  if (dialer_) std::exchange(dialer_, nullptr)->Cancel();
  if (stream_) stream_->Goodbye();
  stream_.reset();
  error_code ignored;
  socket_.close(ignored);
  outgoing_.Clear();
  return std::move(exchange_);
}

std::string Connection::WaitingFor() const {
  switch (phase_) {
    case Phase::kDialing:
      return dialer_ && dialer_->resolving() ? "resolving the host's name" : "connecting";
    case Phase::kHandshaking:
      return "the TLS handshake";
    default:
      if (exchange_->paused) return "its reader, who paused it";
      if (!outgoing_.Done()) return "sending the request";
      return reader_.started() ? "the rest of the answer" : "an answer";
  }
}

void Connection::OnDialed(std::variant<Socket, Error> outcome) {
  dialer_ = nullptr;
  if (Error* error = std::get_if<Error>(&outcome)) {
    EndExchange(Labelled(std::move(*error)));
    return;
  }
  socket_ = std::get<Socket>(std::move(outcome));
  created_ = std::chrono::steady_clock::now();
  phase_ = Phase::kHandshaking;
  const int descriptor = socket_.native_handle();
  SetConnectionOptions(descriptor);
  stream_ = setup_.tls ? setup_.tls->NewStream(descriptor) : NewPlainStream(descriptor);
  if (!stream_) {
    EndExchange(Labelled({ErrorKind::kTls, "OpenSSL cannot begin a session for this server name"}));
    return;
  }
  Handshake();
}

void Connection::Handshake() {
  switch (stream_->Handshake()) {
    case IoOutcome::kWantRead:
      WaitReadable();
      return;
    case IoOutcome::kWantWrite:
      WaitWritable();
      return;
    case IoOutcome::kDone:
      BeginExchange();
      write_failed_ = !WriteSome();
      ReadResponse();
      return;
    default:
      setup_.tls->ForgetSession();
      EndExchange(Labelled({ErrorKind::kTls, "TLS handshake failed: " + stream_->FailureText()}));
  }
}

void Connection::BeginExchange() {
  phase_ = Phase::kActive;
  const bool streamed = exchange_->stream != nullptr;
  if (streamed && !std::exchange(buffer_capped_, true)) CapReceiveBuffer(socket_.native_handle());
  reader_.Reset(streamed ? this : nullptr);
  setup_.scratch.clear();
  setup_.head.Render(exchange_->request, setup_.scratch);
  outgoing_.Begin(setup_.scratch, exchange_->request.body);
}

void Connection::WaitReadable() {
  if (std::exchange(waiting_readable_, true)) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const error_code&) {
    self->waiting_readable_ = false;
    self->OnReadable();
  });
}

void Connection::WaitWritable() {
  if (std::exchange(waiting_writable_, true)) return;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code&) {
    self->waiting_writable_ = false;
    self->OnWritable();
  });
}

void Connection::OnReadable() {
  switch (phase_) {
    case Phase::kHandshaking:
      return Handshake();
    case Phase::kActive:
      return ReadResponse();
    case Phase::kIdle:
      return OnIdleReadable();
    default:
      return;
  }
}

void Connection::OnWritable() {
  if (phase_ == Phase::kHandshaking) return Handshake();
  if (phase_ != Phase::kActive) return;
  if (!WriteSome()) write_failed_ = true;
  // Reading may have had to wait for this; and if writing failed, only what can still be read counts.
  ReadResponse();
}

void Connection::OnIdleReadable() {
  if (IsQuiet()) {
    WaitReadable();
    return;
  }
  owner_->OnIdleEnd(*this);
}

bool Connection::WriteSome() {
  while (!outgoing_.Done()) {
    const IoResult result = stream_->Write(outgoing_.Next());
    if (result.outcome == IoOutcome::kDone) {
      outgoing_.Advance(result.size);
      continue;
    }
    if (result.outcome != IoOutcome::kWantWrite && result.outcome != IoOutcome::kWantRead) return false;
    outgoing_.Detach();
    // What TLS wants to read first comes with the next ReadResponse, which resumes the writing.
    if (result.outcome == IoOutcome::kWantWrite) WaitWritable();
    return true;
  }
  outgoing_.Clear();
  return true;
}

// Last call in any function: the owner may let go of everything.
void Connection::EndExchange(ExchangeOutcome outcome) { owner_->OnExchangeEnd(*this, std::move(outcome)); }

Error Connection::Labelled(Error error) const {
  error.message += " (" + setup_.label + ")";
  return error;
}

}  // namespace spillway::transport
