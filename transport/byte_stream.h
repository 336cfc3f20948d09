// A connected socket as a stream of bytes that never blocks: plain, or TLS over it.
//
// Readiness is the caller's business: an operation that cannot go on says what to wait for, and is
// then called again with the same bytes.
//
// TLS works on the descriptor itself. Asio's ssl::stream keeps two 17 KiB buffers and a BIO pair per
// connection and moves every byte through both.
//
// Thread-safety: none. Ownership: the descriptor stays its socket's, which outlives the stream.
#ifndef SPILLWAY_TRANSPORT_BYTE_STREAM_H_
#define SPILLWAY_TRANSPORT_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::transport {

enum class IoOutcome : std::uint8_t {
  kDone,
  kWantRead,
  kWantWrite,
  // The peer ended the stream in order: FIN, and over TLS close_notify before it.
  kEnd,
  // FailureText() says why.
  kFailed,
};

struct IoResult {
  IoOutcome outcome = IoOutcome::kDone;
  // Bytes moved, at least 1, when kDone.
  std::size_t size = 0;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // To be repeated until kDone, before anything else.
  virtual IoOutcome Handshake() = 0;
  virtual IoResult Read(std::span<char> into) = 0;
  // Moves some of `bytes`, which are not empty.
  virtual IoResult Write(std::string_view bytes) = 0;
  // Whether bytes are buffered on this side, of which waiting for the socket would say nothing.
  virtual bool HasPending() const = 0;
  // Tells the peer, if it can be done at once, that nothing more will come.
  virtual void Goodbye() = 0;

  // The URIs and DNS names that the peer's certificate is for, once it has been verified; read when they are
  // first asked for. None if it has none, and of a plain stream.
  virtual const std::vector<std::string>& PeerNames();

  // Why the last operation failed.
  virtual std::string FailureText() const = 0;
  // Whether TLS itself failed, not the socket below it.
  virtual bool FailedInTls() const = 0;
};

std::unique_ptr<ByteStream> NewPlainStream(int descriptor);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_BYTE_STREAM_H_
