#include "transport/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace spillway::transport {
namespace {

// One TLS record.
constexpr std::size_t kReadSize = 16 * 1024;
// Reads before other connections get their turn.
constexpr int kReadsPerTurn = 16;

// A provider may think for minutes: keep-alive probes tell a slow one from one that is gone, and keep
// NAT gateways (350 s at AWS) from forgetting us.
void SetOptions(int descriptor) {
  const auto set = [&](int level, int name, int value) {
    setsockopt(descriptor, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
}

}  // namespace

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
  SetOptions(descriptor);
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
  reader_.Reset();
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

void Connection::ReadResponse() {
  std::array<char, kReadSize> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const IoResult result = stream_->Read(buffer);
    if (!HandleRead(result, {buffer.data(), result.size})) return;
    // Less than asked for: the socket is empty, and so is TLS, or it says otherwise.
    if (result.outcome != IoOutcome::kDone || (result.size < kReadSize && !stream_->HasPending())) {
      WaitReadable();
      return;
    }
  }
  asio::post(io_, [self = shared_from_this()] {
    if (self->phase_ == Phase::kActive) self->ReadResponse();
  });
}

// True: go on reading. False: the exchange ended, and perhaps the owner.
bool Connection::HandleRead(const IoResult& result, std::string_view bytes) {
  auto progress = ResponseReader::Progress::kNeedMore;
  switch (result.outcome) {
    case IoOutcome::kDone:
      if (!reader_.started()) exchange_->timing.first_byte = std::chrono::steady_clock::now();
      progress = reader_.Feed(bytes);
      break;
    case IoOutcome::kEnd:
      progress = reader_.FinishAtEnd();
      break;
    case IoOutcome::kWantRead:
    case IoOutcome::kWantWrite:
      if (result.outcome == IoOutcome::kWantWrite) WaitWritable();
      if (!write_failed_ && !waiting_writable_ && !WriteSome()) write_failed_ = true;
      if (!write_failed_) return true;
      [[fallthrough]];
    case IoOutcome::kFailed:
      EndExchange(Labelled(BrokenError()));
      return false;
  }
  if (progress == ResponseReader::Progress::kNeedMore) return true;
  if (progress == ResponseReader::Progress::kComplete) {
    FinishResponse();
  } else {
    EndExchange(Labelled(reader_.error()));
  }
  return false;
}

Error Connection::BrokenError() const {
  const std::string why = stream_->FailureText();
  if (reader_.started())
    return {ErrorKind::kResetDuringResponse, "the connection broke inside the answer: " + why};
  // An alert in place of an answer: with TLS 1.3 a server may refuse a handshake after our part of it.
  if (stream_->FailedInTls() && !exchange_->timing.reused_connection) {
    return {ErrorKind::kTls, "TLS failed: " + why};
  }
  return {ErrorKind::kResetBeforeResponse, "the connection broke before an answer: " + why};
}

void Connection::FinishResponse() {
  HttpResponse response = reader_.TakeResponse();
  const bool reusable =
      reader_.keeps_alive() && outgoing_.Done() && !write_failed_ && (!stream_->HasPending() || IsQuiet());
  if (reusable) {
    phase_ = Phase::kIdle;
    WaitReadable();
  }
  EndExchange(std::move(response));
}

// Whether the peer has said nothing we should know. TLS may have had a word with itself, a session ticket.
bool Connection::IsQuiet() {
  std::array<char, 1> unasked;
  return stream_->Read(unasked).outcome == IoOutcome::kWantRead;
}

// Last call in any function: the owner may let go of everything.
void Connection::EndExchange(ExchangeOutcome outcome) { owner_->OnExchangeEnd(*this, std::move(outcome)); }

Error Connection::Labelled(Error error) const {
  error.message += " (" + setup_.label + ")";
  return error;
}

}  // namespace spillway::transport
