#include "tests/sim/stream_writer.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sim/connection.h"
#include "tests/sim/wire_format.h"

namespace spillway::sim {
namespace asio = boost::asio;
namespace {

using std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// Where there is no pause, about as much goes out in one write.
constexpr std::size_t kBlock = 64 * 1024;

}  // namespace

template <typename Socket>
StreamWriter<Socket>::StreamWriter(Socket* socket, const Stream* stream)
    : socket_(socket), stream_(stream), timer_(socket->get_executor()) {}

template <typename Socket>
asio::awaitable<bool> StreamWriter<Socket>::Run(std::string head) {
  pending_ = std::move(head);
  const steady_clock::time_point begin = steady_clock::now() + stream_->pings_first;
  while (steady_clock::now() < begin) {
    if (!co_await Ping()) co_return false;
  }
  const bool pauses = stream_->pause.count() > 0;
  while (Fill()) {
    const bool last = position_ == stream_->bytes.size();
    if (last && stream_->end == StreamEnd::kOrderly) break;
    if (!co_await Flush()) co_return false;
    if (pauses && !last) co_await Pause(stream_->pause);
  }
  if (stream_->end == StreamEnd::kOrderly) pending_ += kLastChunk;
  if (!co_await Flush()) co_return false;
  while (stream_->end == StreamEnd::kPings) {
    if (!co_await Ping()) co_return false;
  }
  if (stream_->end == StreamEnd::kSilence) co_await Pause(steady_clock::duration::max());
  co_return true;
}

template <typename Socket>
bool StreamWriter<Socket>::Fill() {
  if (position_ == stream_->bytes.size()) return false;
  if (stream_->slice > 0) {
    FillSlice();
  } else {
    FillPieces();
  }
  return true;
}

template <typename Socket>
void StreamWriter<Socket>::FillSlice() {
  const std::string_view slice = std::string_view(stream_->bytes).substr(position_, stream_->slice);
  AppendChunk(slice, pending_);
  position_ += slice.size();
  while (piece_ < stream_->pieces.size() && piece_end_ + stream_->pieces[piece_].size <= position_) {
    const StreamPiece& piece = stream_->pieces[piece_++];
    piece_end_ += piece.size;
    if (piece.kind == PieceKind::kToken) ++tokens_;
  }
}

template <typename Socket>
void StreamWriter<Socket>::FillPieces() {
  const bool pauses = stream_->pause.count() > 0;
  bool has_token = false;
  while (piece_ < stream_->pieces.size() && pending_.size() < kBlock) {
    const StreamPiece& piece = stream_->pieces[piece_];
    const bool token = piece.kind == PieceKind::kToken;
    // A write has one token at most.
    if (pauses && has_token && (token || piece.kind == PieceKind::kFault)) return;
    has_token = has_token || token;
    AppendChunk(std::string_view(stream_->bytes).substr(position_, piece.size), pending_);
    position_ += piece.size;
    ++piece_;
    if (token) ++tokens_;
  }
}

template <typename Socket>
asio::awaitable<bool> StreamWriter<Socket>::Flush() {
  auto [error, written] = co_await asio::async_write(*socket_, asio::buffer(pending_), kAwait);
  if (error) co_return false;
  pending_.clear();
  tokens_sent_ = tokens_;
  co_return true;
}

template <typename Socket>
asio::awaitable<bool> StreamWriter<Socket>::Ping() {
  AppendChunk(stream_->ping, pending_);
  const bool sent = co_await Flush();
  if (sent) co_await Pause(stream_->ping_interval);
  co_return sent;
}

template <typename Socket>
asio::awaitable<void> StreamWriter<Socket>::Pause(steady_clock::duration time) {
  const bool for_ever = time == steady_clock::duration::max();
  timer_.expires_at(for_ever ? steady_clock::time_point::max() : steady_clock::now() + time);
  co_await timer_.async_wait(kAwait);
}

template class StreamWriter<PlainStream>;
template class StreamWriter<TlsStream>;

}  // namespace spillway::sim
