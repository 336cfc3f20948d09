#include "server/http/http_connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/http/served_exchange.h"

namespace spillway::server {

namespace asio = transport::asio;
using transport::IoOutcome;
using transport::Socket;

namespace {

// A client that has just connected, and perhaps shakes hands, is about to ask: an end now would fail its
// call, for what breaks off on a new connection is not tried again.
constexpr auto kFirstRequestTime = std::chrono::seconds(1);

}  // namespace

HttpConnection::HttpConnection(HttpHost& host, Socket socket, transport::Tcp::endpoint peer,
                               std::unique_ptr<transport::ByteStream> stream)
    : host_(host),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      stream_(std::move(stream)),
      reader_(host.limits) {}

void HttpConnection::Start() {
  SetDeadline(std::chrono::steady_clock::now() + host_.limits.header_timeout);
  Handshake();
}

void HttpConnection::Handshake() {
  switch (stream_->Handshake()) {
    case IoOutcome::kWantRead:
      return WaitReadable();
    case IoOutcome::kWantWrite:
      return WaitWritable();
    case IoOutcome::kDone:
      phase_ = Phase::kReading;
      // A client's first bytes seldom come with its connection; with its handshake they may have.
      if (!stream_->HasPending()) return WaitReadable();
      return ReadLater();
    default:
      return Close();
  }
}

void HttpConnection::Close() {
  if (phase_ == Phase::kClosed) return;
  // To a client that reads until the end, an end in order would make a part of the answer the whole.
  const bool inside = phase_ == Phase::kAnswering && framing_ == AnswerFraming::kUntilClose;
  const bool tidy =
      phase_ != Phase::kHandshaking && phase_ != Phase::kLingering && outbox_.empty() && !broken_ && !inside;
  phase_ = Phase::kClosed;
  deadline_ = router::kNever;
  if (tidy) stream_->Goodbye();
  stream_.reset();
  transport::error_code ignored;
  socket_.close(ignored);
  outbox_.Clear();
  pending_ = std::string();
  const auto exchange = std::move(exchange_);
  HttpExchange::Listener* const listener = exchange ? exchange->Leave() : nullptr;
  host_.Forget(*this);
  if (listener != nullptr) listener->OnGone();
}

void HttpConnection::CloseIfIdle() {
  // What has come in is no longer the client's to send elsewhere.
  if (Waits()) ReadSome();
  if (fresh_ && (Waits() || phase_ == Phase::kHandshaking)) {
    SetDeadline(std::min(deadline_, std::chrono::steady_clock::now() + kFirstRequestTime));
  } else if (Waits()) {
    Close();
  }
}

bool HttpConnection::Waits() const {
  return phase_ == Phase::kReading && !reader_.started() && pending_.empty();
}

void HttpConnection::OnTime(router::Instant now) {
  if (deadline_ > now || phase_ == Phase::kClosed) return;
  if (phase_ != Phase::kReading || !reader_.started()) return Close();
  Refuse({408, reader_.head_done() ? "the request's body did not come in time"
                                   : "the request's head did not come in time"});
}

std::string HttpConnection::Peer() const {
  const std::string address = peer_.address().to_string();
  return peer_.address().is_v6() ? absl::StrCat("[", address, "]:", peer_.port())
                                 : absl::StrCat(address, ":", peer_.port());
}

void HttpConnection::SetDeadline(router::Instant at) {
  deadline_ = at;
  host_.ArmNoLaterThan(at);
}

void HttpConnection::WaitReadable() {
  if (std::exchange(waiting_readable_, true)) return;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const transport::error_code&) {
    self->waiting_readable_ = false;
    self->OnReadable();
  });
}

void HttpConnection::WaitWritable() {
  if (std::exchange(waiting_writable_, true)) return;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const transport::error_code&) {
    self->waiting_writable_ = false;
    self->OnWritable();
  });
}

void HttpConnection::OnReadable() {
  switch (phase_) {
    case Phase::kHandshaking:
      return Handshake();
    case Phase::kLingering:
      return DropInput();
    case Phase::kClosed:
      return;
    default:
      ReadSome();
  }
  // TLS may have had to read before it could write.
  if (blocked_ && !waiting_writable_) OnWritable();
}

void HttpConnection::OnWritable() {
  if (phase_ == Phase::kHandshaking) return Handshake();
  if (phase_ == Phase::kClosed || phase_ == Phase::kLingering) return;
  Flush();
  if (broken_) return Close();
  if (phase_ == Phase::kFlushing && outbox_.empty()) FinishAnswer();
  constexpr std::size_t kHalf = kFullOutbox / 2;
  if (phase_ == Phase::kAnswering && throttled_ && outbox_.size() <= kHalf) {
    throttled_ = false;
    if (exchange_->listener() != nullptr) exchange_->listener()->OnWritable();
  }
  // Or the other way round.
  if (MayRead() && !waiting_readable_) ReadLater();
}

}  // namespace spillway::server
