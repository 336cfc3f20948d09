// The reading half of a connection: from the socket through the reader to the handler.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "server/http/http_connection.h"
#include "server/http/served_exchange.h"

namespace spillway::server {
namespace {

namespace asio = transport::asio;
using transport::IoOutcome;
using transport::IoResult;

// One TLS record.
constexpr std::size_t kReadSize = 16 * 1024;
// Reads, and requests answered at once, before other connections get their turn.
constexpr int kReadsPerTurn = 16;
constexpr int kRequestsPerTurn = 16;
// Of what a client sends before it has its answer.
constexpr std::size_t kMaxPending = 64 * 1024;
// Of what a client still sends after its last answer.
constexpr std::size_t kMaxDropped = 64 * 1024 * 1024;

std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

}  // namespace

bool HttpConnection::MayRead() const {
  const bool serving = phase_ == Phase::kReading || phase_ == Phase::kAnswering || phase_ == Phase::kFlushing;
  return serving && !peer_ended_ && pending_.size() < kMaxPending;
}

void HttpConnection::ReadSome() {
  std::array<char, kReadSize> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    // When it may again, FinishAnswer and ServeLater see to it.
    if (!MayRead()) return;
    const IoResult result = stream_->Read(buffer);
    switch (result.outcome) {
      case IoOutcome::kDone:
        Take({buffer.data(), result.size});
        break;
      case IoOutcome::kWantRead:
        return WaitReadable();
      case IoOutcome::kWantWrite:
        return WaitWritable();
      case IoOutcome::kEnd:
        return OnPeerEnd();
      case IoOutcome::kFailed:
        return Close();
    }
    // Less than asked for: the socket is empty, and so is TLS, or it says otherwise.
    if (MayRead() && result.size < kReadSize && !stream_->HasPending()) return WaitReadable();
  }
  ReadLater();
}

void HttpConnection::ReadLater() {
  if (std::exchange(read_posted_, true)) return;
  asio::post(host_.io, [self = shared_from_this()] {
    self->read_posted_ = false;
    if (self->MayRead()) self->ReadSome();
  });
}

void HttpConnection::OnPeerEnd() {
  // An answer that is whole it may still wait for.
  if (phase_ != Phase::kFlushing) return Close();
  peer_ended_ = true;
}

void HttpConnection::Take(std::string_view bytes) {
  if (phase_ == Phase::kReading && pending_.empty()) return Serve(bytes);
  pending_.append(bytes);
}

void HttpConnection::Serve(std::string_view bytes) {
  serving_ = true;
  for (int served = 0; served < kRequestsPerTurn && !bytes.empty() && phase_ == Phase::kReading;) {
    const bool began = reader_.started();
    const bool had_head = reader_.head_done();
    switch (reader_.Feed(bytes)) {
      case RequestReader::Progress::kNeedMore:
        AwaitMore(began, had_head);
        break;
      case RequestReader::Progress::kComplete:
        ++served;
        Dispatch();
        break;
      case RequestReader::Progress::kRefused:
        Refuse(reader_.refusal());
        break;
    }
  }
  serving_ = false;
  if (bytes.empty() || closing_ || phase_ == Phase::kClosed) return;
  pending_.assign(bytes);
  if (phase_ == Phase::kReading) ServeLater();
}

void HttpConnection::ServeLater() {
  if (serving_ || std::exchange(serve_posted_, true)) return;
  asio::post(host_.io, [self = shared_from_this()] {
    self->serve_posted_ = false;
    if (self->phase_ != Phase::kReading) return;
    const std::string bytes = std::exchange(self->pending_, std::string());
    self->Serve(bytes);
    if (self->MayRead() && !self->waiting_readable_) self->ReadLater();
  });
}

void HttpConnection::AwaitMore(bool began, bool had_head) {
  if (reader_.head_done() && !had_head) {
    if (Declined()) return;
    SetDeadline(Now() + host_.limits.body_timeout);
    if (reader_.awaits_continue()) Continue();
  } else if (reader_.started() && !began) {
    SetDeadline(Now() + host_.limits.header_timeout);
  }
}

bool HttpConnection::Declined() {
  AnswerHead head;
  std::optional<std::string> body = host_.handler.Decline(reader_.request(), *this, head);
  if (!body) return false;
  closing_ = true;
  WriteAnswer(head, *std::move(body));
  return true;
}

void HttpConnection::Dispatch() {
  phase_ = Phase::kAnswering;
  fresh_ = false;
  // A blocked 100 Continue may still wait.
  SetDeadline(blocked_ ? Now() + host_.limits.write_timeout : router::kNever);
  exchange_ = std::make_shared<ServedExchange>(*this, reader_.TakeRequest(), Now());
  host_.handler.OnRequest(exchange_);
}

void HttpConnection::Refuse(const Refusal& refusal) {
  AnswerHead head;
  head.status = refusal.status;
  std::string body = host_.handler.Refusal(head, refusal.message);
  closing_ = true;
  WriteAnswer(head, std::move(body));
}

void HttpConnection::DropInput() {
  std::array<char, kReadSize> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const auto received = recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) break;
    if (received <= 0) return Close();
    dropped_ += static_cast<std::size_t>(received);
    if (dropped_ > kMaxDropped) return Close();
  }
  // It fires again if there is more.
  WaitReadable();
}

}  // namespace spillway::server
