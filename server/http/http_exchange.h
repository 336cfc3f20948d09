// One request over HTTP/1.1 and the means to answer it: what a handler sees of a connection.
//
//   Answer                                   a whole answer
//   Begin ── Write* ──┬── End                a streamed one that ended as it should
//                     └── BreakOff           one that did not: the client can tell
//
// Everything happens on the I/O thread. An exchange is over with Answer, End, BreakOff or OnGone; from then
// on none of its methods may be called, and the handler lets go of it. The handler must answer, sooner or
// later: until then the connection serves nobody else.
#ifndef SPILLWAY_SERVER_HTTP_HTTP_EXCHANGE_H_
#define SPILLWAY_SERVER_HTTP_HTTP_EXCHANGE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/time.h"
#include "server/http/answer_head.h"
#include "server/http/incoming_request.h"

namespace spillway::server {

// Where a request comes from.
class HttpPeer {
 public:
  // "127.0.0.1:50123".
  virtual std::string Peer() const = 0;
  // The URIs and DNS names in the client's certificate; none without TLS, or where none is asked for.
  virtual const std::vector<std::string>& PeerNames() const = 0;

 protected:
  ~HttpPeer() = default;
};

class HttpExchange : public HttpPeer {
 public:
  // Who is told what becomes of the answer. Never called from inside the exchange's own methods.
  class Listener {
   public:
    // There is room for more, after Write returned false.
    virtual void OnWritable() = 0;
    // The client has left, or cannot be written to: the exchange is over.
    virtual void OnGone() = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~HttpExchange() = default;

  // May be moved from.
  virtual IncomingRequest& request() = 0;
  // When its last byte had come.
  virtual router::Instant received() const = 0;

  // Until the exchange is over. The listener outlives that, or is replaced by null.
  virtual void Listen(Listener* listener) = 0;

  virtual void Answer(AnswerHead head, std::string body) = 0;

  // The head goes out with the first bytes written.
  virtual void Begin(AnswerHead head) = 0;
  // Takes all of `bytes`, which are not empty. False: no more for now, until OnWritable.
  virtual bool Write(std::string_view bytes) = 0;
  virtual void End() = 0;
  // What was written still goes out, then the connection is closed without the mark of a whole answer.
  virtual void BreakOff() = 0;
};

// Who answers requests. On the I/O thread.
class HttpHandler {
 public:
  // May answer at once.
  virtual void OnRequest(std::shared_ptr<HttpExchange> exchange) = 0;

  // `head` has come, its body has not. Null: the body is wanted. Set: it is not; the body of the answer,
  // whose head is in `answer`. The connection is closed after it. Not asked of a request that comes all at
  // once.
  virtual std::optional<std::string> Decline(const IncomingRequest& /*head*/, const HttpPeer& /*peer*/,
                                             AnswerHead& /*answer*/) {
    return std::nullopt;
  }

  // The body for a request that did not get that far (`status` 400, 408, 413, 417, 431, 501, 505), and its
  // content type in `head`. The connection is closed after it.
  virtual std::string Refusal(AnswerHead& head, std::string_view message) = 0;

 protected:
  ~HttpHandler() = default;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_HTTP_EXCHANGE_H_
