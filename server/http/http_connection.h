// One client's connection: reads a request, has it answered, reads the next.
//
//   handshaking ──> reading ──> answering ──> flushing ──┬──> reading …
//        │             │                         ▲       └──> lingering ──> closed
//        └─────────────┴── refused ──────────────┘
//
// One wait for the socket to become readable is always posted, whatever the phase: that is how a client's
// leaving is noticed, and why an exchange on a kept connection posts nothing. What comes while a request is
// answered is kept for later, up to a bound at which reading stops.
//
// An answer's end is written at once. What a streamed one writes before that is collected until the event
// loop comes round, so that tokens that came together leave together.
//
// A connection that closes after an answer lingers: it ends its side and drops what still comes, for bytes
// that meet a closed socket would have the kernel discard the answer on its way (RFC 9112, section 9.6).
//
// Thread-safety: none. Ownership: the host's, and Asio's pending operations'. Host and handler are not called
// once it is closed.
#ifndef SPILLWAY_SERVER_HTTP_HTTP_CONNECTION_H_
#define SPILLWAY_SERVER_HTTP_HTTP_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/time.h"
#include "server/http/answer_head.h"
#include "server/http/answer_writer.h"
#include "server/http/http_date_field.h"
#include "server/http/http_exchange.h"
#include "server/http/http_limits.h"
#include "server/http/outbox.h"
#include "server/http/request_reader.h"
#include "transport/asio_types.h"
#include "transport/byte_stream.h"

namespace spillway::server {

// Bytes that wait to be written, above which Write asks for a pause.
inline constexpr std::size_t kFullOutbox = 32 * 1024;

class HttpConnection;
class ServedExchange;

// What the connections of one listener have in common, and who keeps them.
class HttpHost {
 public:
  HttpHost(transport::asio::io_context& io, HttpLimits limits, HttpHandler& handler)
      : io(io), limits(limits), handler(handler) {}

  transport::asio::io_context& io;
  const HttpLimits limits;
  HttpHandler& handler;
  HttpDateField date;
  // Where an answer is rendered before it is written.
  std::string scratch;
  // Answers say that theirs was the last on its connection.
  bool retiring = false;
  // No connection is kept for another request.
  bool draining = false;

  // Has OnTime called no later than `at`.
  virtual void ArmNoLaterThan(router::Instant at) = 0;
  // It is closed: lets go of it.
  virtual void Forget(HttpConnection& connection) = 0;

 protected:
  ~HttpHost() = default;
};

class HttpConnection final : public HttpPeer, public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpHost& host, transport::Socket socket, transport::Tcp::endpoint peer,
                 std::unique_ptr<transport::ByteStream> stream);

  void Start();
  // At once. What it carried is gone.
  void Close();
  // Unless a request has begun to come in. The first one on a connection is waited for, for a second.
  void CloseIfIdle();
  // Closes, or refuses the request, if what it waits for is overdue.
  void OnTime(router::Instant now);
  router::Instant deadline() const { return deadline_; }
  std::string Peer() const override;
  const std::vector<std::string>& PeerNames() const override { return stream_->PeerNames(); }

  // For the host, where it keeps this.
  std::size_t place = 0;

  // For the exchange: as HttpExchange says.
  void Answer(const AnswerHead& head, std::string body);
  void Begin(const AnswerHead& head);
  bool Write(std::string_view bytes);
  void End();
  void BreakOff();

 private:
  enum class Phase : std::uint8_t { kHandshaking, kReading, kAnswering, kFlushing, kLingering, kClosed };

  void Handshake();
  void WaitReadable();
  void WaitWritable();
  void OnReadable();
  void OnWritable();
  void SetDeadline(router::Instant at);

  // Reading: http_connection_reading.cc.
  void ReadSome();
  void ReadLater();
  bool MayRead() const;
  // For a request of which nothing is there.
  bool Waits() const;
  void OnPeerEnd();
  void Take(std::string_view bytes);
  void Serve(std::string_view bytes);
  void ServeLater();
  void AwaitMore(bool began, bool had_head);
  // Whether the handler does not want the body of the request whose head is there.
  bool Declined();
  void Dispatch();
  void Refuse(const Refusal& refusal);
  void DropInput();

  // Writing: http_connection_writing.cc.
  AnswerManner MannerOf(const AnswerHead& head);
  void WriteAnswer(const AnswerHead& head, std::string body);
  void Continue();
  // What is left of `bytes` could not be written yet, or ever: broken_.
  void WriteNow(std::string_view& bytes);
  void Flush();
  void FlushLater();
  void EndExchange();
  void FlushAnswer();
  void FinishAnswer();
  void Linger();

  HttpHost& host_;
  transport::Socket socket_;
  const transport::Tcp::endpoint peer_;
  std::unique_ptr<transport::ByteStream> stream_;
  RequestReader reader_;
  // Null but while its request is answered.
  std::shared_ptr<ServedExchange> exchange_;
  Outbox outbox_;
  // What the client sent beyond the request that is being answered.
  std::string pending_;
  router::Instant deadline_ = router::kNever;
  std::size_t dropped_ = 0;
  Phase phase_ = Phase::kHandshaking;
  AnswerFraming framing_ = AnswerFraming::kLength;
  bool bodyless_ = false;
  // No request has come yet.
  bool fresh_ = true;
  bool waiting_readable_ = false;
  bool waiting_writable_ = false;
  bool read_posted_ = false;
  bool serve_posted_ = false;
  bool flush_posted_ = false;
  bool serving_ = false;
  // The socket takes no more for now.
  bool blocked_ = false;
  // Write has returned false.
  bool throttled_ = false;
  // It cannot be written to any more.
  bool broken_ = false;
  bool broken_off_ = false;
  // No other request is served after this one.
  bool closing_ = false;
  bool peer_ended_ = false;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_HTTP_CONNECTION_H_
