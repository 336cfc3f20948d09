// Writes one streamed answer to a socket, piece by piece, as its faults have it.
//
// One coroutine; single-threaded. Whoever runs it watches for the peer's leaving and cancels it then.
#ifndef SPILLWAY_TESTS_SIM_STREAM_WRITER_H_
#define SPILLWAY_TESTS_SIM_STREAM_WRITER_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/sim/stream.h"

namespace spillway::sim {

template <typename Socket>
class StreamWriter {
 public:
  // Both must outlive the writer.
  StreamWriter(Socket* socket, const Stream* stream);

  // Writes `head` and the stream. False: the peer has left. A stream that ends in silence or in pings
  // goes on for ever.
  boost::asio::awaitable<bool> Run(std::string head);

  // Whose bytes have been handed to the network.
  std::uint64_t tokens_sent() const { return tokens_sent_; }

 private:
  // Puts what comes before the next pause, or a block of it, into pending_. False: nothing is left.
  bool Fill();
  void FillSlice();
  void FillPieces();
  boost::asio::awaitable<bool> Flush();
  boost::asio::awaitable<bool> Ping();
  boost::asio::awaitable<void> Pause(std::chrono::steady_clock::duration time);

  Socket* const socket_;
  const Stream* const stream_;
  boost::asio::steady_timer timer_;
  // Framed, not yet written.
  std::string pending_;
  // What pending_ goes up to: bytes, pieces, tokens.
  std::size_t position_ = 0;
  std::size_t piece_ = 0;
  std::size_t piece_end_ = 0;
  std::uint64_t tokens_ = 0;
  std::uint64_t tokens_sent_ = 0;
};

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_STREAM_WRITER_H_
