// The reading half of a connection: from the socket through the parser to whoever takes the answer.
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "transport/connection.h"

namespace spillway::transport {
namespace {

// One TLS record.
constexpr std::size_t kReadSize = 16 * 1024;
// Reads before other connections get their turn.
constexpr int kReadsPerTurn = 16;
// What may follow a released stream. The end mark is what usually does; reading on for more would cost more
// than a new connection.
constexpr std::size_t kMaxDropped = 64 * 1024;

}  // namespace

void Connection::ReadResponse() {
  if (exchange_->paused) return;
  // It may drop itself while it is called.
  const std::shared_ptr<StreamHandler> held = exchange_->stream;
  std::array<char, kReadSize> buffer;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const IoResult result = stream_->Read(buffer);
    if (!HandleRead(result, {buffer.data(), result.size}) || exchange_->paused) return;
    // Less than asked for: the socket is empty, and so is TLS, or it says otherwise.
    if (result.outcome != IoOutcome::kDone || (result.size < kReadSize && !stream_->HasPending())) {
      WaitReadable();
      return;
    }
  }
  ReadLater();
}

void Connection::ReadLater() {
  if (std::exchange(read_posted_, true)) return;
  asio::post(io_, [self = shared_from_this()] {
    self->read_posted_ = false;
    if (self->phase_ == Phase::kActive) self->ReadResponse();
  });
}

bool Connection::OnHead(HttpResponse head) {
  if (exchange_->released) return true;
  exchange_->stream->OnHead(std::move(head));
  return phase_ == Phase::kActive;
}

bool Connection::OnBody(std::string_view bytes) {
  if (exchange_->released) return (exchange_->dropped += bytes.size()) <= kMaxDropped;
  exchange_->stream->OnBody(bytes);
  return phase_ == Phase::kActive;
}

// From inside its handler the connection was closed, perhaps with its owner; or too much is left to drop.
void Connection::OnStopped() {
  if (phase_ != Phase::kActive) return;
  EndExchange(Error{ErrorKind::kCancelled, "released before the end of a long answer"});
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
  switch (progress) {
    case ResponseReader::Progress::kComplete:
      FinishResponse();
      return false;
    case ResponseReader::Progress::kStopped:
      OnStopped();
      return false;
    default:
      EndExchange(Labelled(reader_.error()));
      return false;
  }
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

}  // namespace spillway::transport
