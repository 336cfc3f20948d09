// One connection to the origin: dials, shakes hands, then carries one exchange after the other.
//
//   Open ──> dialing ──> handshaking ──> active ──> idle ──> Reuse ──> active …
//                │            │             │         │
//                └────────────┴─────────────┴─────────┴──> closed
//
// From the handshake on, one wait for the socket to become readable is always posted, idle or not: that is
// how the peer's close is noticed, and why an exchange on a kept connection posts nothing. While a stream is
// paused it is not posted again when it fires, so that nothing is read and nothing spins; ReadLater begins
// anew.
//
// Thread-safety: none. Ownership: shared with Asio's pending operations; the owner holds it while it
// matters and outlives it, or calls Close. Owner and stream handlers are never called from inside Open,
// Reuse, Close or ReadLater, and may call Close or destroy the owner when called.
#ifndef SPILLWAY_TRANSPORT_CONNECTION_H_
#define SPILLWAY_TRANSPORT_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "transport/asio_types.h"
#include "transport/byte_stream.h"
#include "transport/dialer.h"
#include "transport/exchange.h"
#include "transport/outgoing_request.h"
#include "transport/request_head.h"
#include "transport/response_reader.h"
#include "transport/tls_context.h"

namespace spillway::transport {

// What all connections of one client have in common.
struct ConnectionSetup {
  Origin origin;
  // "api.example.com:443", for error texts.
  std::string label;
  RequestHead head;
  // Null for plain http.
  std::unique_ptr<TlsContext> tls;
  ResponseLimits limits;
  // Where a request is rendered before it is written.
  std::string scratch;
};

class Connection final : public std::enable_shared_from_this<Connection>, private ResponseReader::Receiver {
 public:
  class Owner {
   public:
    // The exchange ended; Detach() gives it back. Whether the connection is fit for the next: idle().
    virtual void OnExchangeEnd(Connection& connection, ExchangeOutcome outcome) = 0;
    // The peer closed an idle connection, or said something unasked for.
    virtual void OnIdleEnd(Connection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  Connection(asio::io_context& io, ConnectionSetup& setup, Owner& owner);

  // Dials and then performs `exchange`.
  void Open(std::unique_ptr<Exchange> exchange);

  // Performs `exchange` on an idle connection. False: it turned out to be dead; Close it.
  bool Reuse(std::unique_ptr<Exchange> exchange);

  // Closes the socket at once. The exchange it carried, if any.
  std::unique_ptr<Exchange> Close();

  std::unique_ptr<Exchange> Detach() { return std::move(exchange_); }
  // Null: it carries none.
  Exchange* exchange() const { return exchange_.get(); }

  // Goes on reading an exchange that is paused no more.
  void ReadLater();

  bool connecting() const { return phase_ == Phase::kDialing || phase_ == Phase::kHandshaking; }
  bool idle() const { return phase_ == Phase::kIdle; }
  std::chrono::steady_clock::time_point created() const { return created_; }
  // What a deadline that passed now was spent on.
  std::string WaitingFor() const;

 private:
  enum class Phase : std::uint8_t { kDialing, kHandshaking, kActive, kIdle, kClosed };

  void OnDialed(std::variant<Socket, Error> outcome);
  void Handshake();
  void BeginExchange();

  void WaitReadable();
  void WaitWritable();
  void OnReadable();
  void OnWritable();
  void OnIdleReadable();

  // False: the connection is broken.
  bool WriteSome();
  void ReadResponse();
  bool OnHead(HttpResponse head) override;
  bool OnBody(std::string_view bytes) override;
  void OnStopped();
  bool HandleRead(const IoResult& result, std::string_view bytes);
  void FinishResponse();
  bool IsQuiet();
  Error BrokenError() const;
  void EndExchange(ExchangeOutcome outcome);
  Error Labelled(Error error) const;

  asio::io_context& io_;
  ConnectionSetup& setup_;
  Owner* owner_;
  std::chrono::steady_clock::time_point created_;
  Phase phase_ = Phase::kDialing;
  std::shared_ptr<Dialer> dialer_;
  Socket socket_;
  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<Exchange> exchange_;
  OutgoingRequest outgoing_;
  ResponseReader reader_;
  bool waiting_readable_ = false;
  bool waiting_writable_ = false;
  bool read_posted_ = false;
  bool buffer_capped_ = false;
  // Set when writing failed: an answer sent before that may still be there to be read.
  bool write_failed_ = false;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_CONNECTION_H_
