// The writing half of a connection: from the exchange to the socket.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "server/http/http_connection.h"
#include "server/http/served_exchange.h"

namespace spillway::server {
namespace {

namespace asio = transport::asio;
using transport::IoOutcome;
using transport::IoResult;

// The most a TLS record holds: up to this, head and body leave in one write.
constexpr std::size_t kOneWrite = 16 * 1024;
// For the client's end of the connection after ours.
constexpr auto kLingerTime = std::chrono::seconds(2);

std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

}  // namespace

AnswerManner HttpConnection::MannerOf(const AnswerHead& head) {
  bodyless_ = reader_.is_head() || !MayHaveBody(head.status);
  closing_ = closing_ || !reader_.keeps_alive() || host_.retiring;
  AnswerManner manner;
  manner.http_1_0 = reader_.http_1_0();
  manner.close = closing_;
  if (!MayHaveBody(head.status)) manner.framing = AnswerFraming::kNoBody;
  return manner;
}

void HttpConnection::Answer(const AnswerHead& head, std::string body) {
  EndExchange();
  WriteAnswer(head, std::move(body));
}

void HttpConnection::WriteAnswer(const AnswerHead& head, std::string body) {
  phase_ = Phase::kFlushing;
  AnswerManner manner = MannerOf(head);
  manner.length = body.size();
  if (bodyless_) body.clear();
  // Nearly always nothing waits, and nothing of this will.
  const bool at_once = outbox_.empty();
  std::string& out = at_once ? host_.scratch : outbox_.run();
  if (at_once) out.clear();
  AppendHead(head, manner, host_.date.At(std::time(nullptr)), out);
  const std::size_t copied = std::min(body.size(), kOneWrite - std::min(out.size(), kOneWrite));
  out.append(body, 0, copied);
  if (at_once) {
    std::string_view left = out;
    WriteNow(left);
    outbox_.run().append(left);
  }
  if (copied < body.size()) outbox_.SetBody(std::move(body), copied);
  FlushAnswer();
}

void HttpConnection::Continue() {
  std::string_view left = kContinue;
  if (outbox_.empty()) WriteNow(left);
  if (broken_) return Close();
  outbox_.run().append(left);
}

void HttpConnection::Begin(const AnswerHead& head) {
  AnswerManner manner = MannerOf(head);
  if (manner.framing != AnswerFraming::kNoBody) {
    manner.framing = manner.http_1_0 ? AnswerFraming::kUntilClose : AnswerFraming::kChunked;
  }
  closing_ = manner.close = manner.close || manner.framing == AnswerFraming::kUntilClose;
  framing_ = manner.framing;
  AppendHead(head, manner, host_.date.At(std::time(nullptr)), outbox_.run());
}

bool HttpConnection::Write(std::string_view bytes) {
  // What is broken is closed before long, and its listener told.
  if (bodyless_ || broken_ || bytes.empty()) return !throttled_;
  if (framing_ == AnswerFraming::kChunked) {
    AppendChunk(bytes, outbox_.run());
  } else {
    outbox_.run().append(bytes);
  }
  if (!blocked_ && outbox_.size() >= kOneWrite) Flush();
  if (!blocked_) FlushLater();
  // Whoever was told to wait waits for OnWritable, whatever is written in between.
  throttled_ = throttled_ || outbox_.size() > kFullOutbox;
  return !throttled_;
}

void HttpConnection::End() {
  EndExchange();
  if (framing_ == AnswerFraming::kChunked && !bodyless_) outbox_.run().append(kLastChunk);
  phase_ = Phase::kFlushing;
  FlushAnswer();
}

void HttpConnection::BreakOff() {
  EndExchange();
  closing_ = broken_off_ = true;
  phase_ = Phase::kFlushing;
  FlushAnswer();
}

void HttpConnection::EndExchange() {
  exchange_->Leave();
  exchange_ = nullptr;
}

void HttpConnection::WriteNow(std::string_view& bytes) {
  const std::size_t size = bytes.size();
  while (!bytes.empty()) {
    const IoResult result = stream_->Write(bytes);
    if (result.outcome == IoOutcome::kDone) {
      bytes.remove_prefix(result.size);
      continue;
    }
    broken_ = result.outcome != IoOutcome::kWantWrite && result.outcome != IoOutcome::kWantRead;
    if (broken_) return;
    if (result.outcome == IoOutcome::kWantWrite) WaitWritable();
    const bool moved = bytes.size() < size;
    if ((moved || !blocked_) && phase_ != Phase::kReading) SetDeadline(Now() + host_.limits.write_timeout);
    blocked_ = true;
    return;
  }
  if (std::exchange(blocked_, false) && phase_ == Phase::kAnswering) deadline_ = router::kNever;
}

void HttpConnection::Flush() {
  while (!outbox_.empty() && !broken_) {
    std::string_view left = outbox_.Next();
    const std::size_t size = left.size();
    WriteNow(left);
    outbox_.Advance(size - left.size());
    if (!left.empty()) return;
  }
}

void HttpConnection::FlushLater() {
  if (std::exchange(flush_posted_, true)) return;
  asio::post(host_.io, [self = shared_from_this()] {
    self->flush_posted_ = false;
    if (self->phase_ != Phase::kAnswering) return;
    if (!self->blocked_) self->Flush();
    if (self->broken_) self->Close();
  });
}

// The end of an answer is in the outbox.
void HttpConnection::FlushAnswer() {
  if (!blocked_) Flush();
  if (broken_) return Close();
  if (outbox_.empty()) return FinishAnswer();
  SetDeadline(Now() + host_.limits.write_timeout);
}

void HttpConnection::FinishAnswer() {
  outbox_.Clear();
  throttled_ = false;
  if (peer_ended_) return Close();
  if (closing_) return Linger();
  if (host_.draining && pending_.empty()) return Close();
  phase_ = Phase::kReading;
  reader_.Reset();
  SetDeadline(Now() + host_.limits.idle_timeout);
  if (!pending_.empty()) return ServeLater();
  if (!serving_ && !waiting_readable_) ReadLater();
}

void HttpConnection::Linger() {
  phase_ = Phase::kLingering;
  pending_ = std::string();
  // To a client that reads until the end, an end in order would make a part of the answer the whole.
  if (!broken_off_ || framing_ != AnswerFraming::kUntilClose) stream_->Goodbye();
  transport::error_code ignored;
  socket_.shutdown(transport::Socket::shutdown_send, ignored);
  SetDeadline(Now() + kLingerTime);
  WaitReadable();
}

}  // namespace spillway::server
