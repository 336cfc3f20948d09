// A client for one endpoint: keep-alive connections to one origin, one exchange each at a time.
//
// Thread-safety: none. From the first Send on everything (Cancel, destruction, handlers) happens on the
// thread that runs the io_context; until then, on any one. Handlers are never called from inside a method;
// they may call any, and may destroy the client.
// Ownership: the io_context outlives the client, the client owns its connections. Destroying the
// client closes them and tells, from inside the destructor, every handler not told of its end yet: with
// kCancelled, or with the error it was about to be told. A Send from there does nothing and returns 0.
// Time: the caller gives the deadline; one timer serves all exchanges of a client, and none is
// armed per operation.
#ifndef SPILLWAY_TRANSPORT_HTTP_CLIENT_H_
#define SPILLWAY_TRANSPORT_HTTP_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "transport/error.h"
#include "transport/http_message.h"

namespace boost::asio {
class io_context;
}

namespace spillway::transport {

// Where an endpoint is.
struct Origin {
  bool tls = true;
  // Name or address literal, without brackets.
  std::string host;
  std::uint16_t port = 443;
};

// An endpoint's URL, taken apart.
struct ParsedUrl {
  Origin origin;
  // Without a trailing slash: "/v1", or "".
  std::string base_path;
};

// Reads "https://api.example.com/v1". INVALID_ARGUMENT for anything but http(s), and for
// userinfo, a query or a fragment.
absl::StatusOr<ParsedUrl> ParseUrl(const std::string& url);

// What a request to it says in Host: with the port, unless that is the scheme's own.
std::string HostHeader(const Origin& origin);

struct ClientOptions {
  Origin origin;
  // PEM authorities to trust in place of the system's.
  std::string ca_file;
  // Name expected in the certificate and sent as SNI; empty: the origin's host.
  std::string server_name;
  // Added to every request, e.g. {"Authorization", "Bearer …"}. Names and values must hold no CR, LF or NUL.
  HttpHeaders secret_headers;
  // Idle connections kept, at most; the oldest goes first.
  std::size_t max_idle = 64;
  // An idle connection is closed after this long. Shorter than what load balancers in front
  // of providers allow (60 s at AWS ALB and most nginx).
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(50);
  // A connection is not reused after this age, so that DNS changes and certificate
  // rotations of the provider reach us.
  std::chrono::nanoseconds max_age = std::chrono::minutes(10);
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 64 * 1024 * 1024;
};

// What an exchange took, for the trace.
struct ExchangeTiming {
  std::chrono::steady_clock::time_point start;
  // First byte of the answer; unset if none came.
  std::optional<std::chrono::steady_clock::time_point> first_byte;
  std::chrono::steady_clock::time_point end;
  // Whether a kept connection served.
  bool reused_connection = false;
};

struct ExchangeResult {
  std::variant<HttpResponse, Error> outcome;
  ExchangeTiming timing;
};

using ExchangeHandler = absl::AnyInvocable<void(ExchangeResult)>;

// Names an exchange in flight, for Cancel. Never reused; 0 is none.
using ExchangeId = std::uint64_t;

// Who receives an answer as it comes.
//
// Never called from inside a method of the client; may call any, and may destroy the client (which calls
// OnEnd from inside, even if another call is under way). Nothing is called after OnEnd, nor once the exchange
// was cancelled or released.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;

  // Status and headers, of any status; the body is empty. Once, first.
  virtual void OnHead(HttpResponse head) = 0;
  // A part of the body, chunked transfer undone. Valid during the call.
  virtual void OnBody(std::string_view bytes) = 0;
  // The deadline has passed. The later one that holds in its place, or nothing: then the exchange
  // ends with kTimeout. A deadline that moves with each token costs nothing until it is due.
  virtual std::optional<std::chrono::steady_clock::time_point> OnDeadline(
      std::chrono::steady_clock::time_point now) = 0;
  // The body ended in order (no error), or the exchange failed. Once, last.
  virtual void OnEnd(std::optional<Error> error, const ExchangeTiming& timing) = 0;
};

// Connections by what they do, for the metric spillway_connections.
struct ConnectionCounts {
  std::size_t connecting = 0;
  std::size_t active = 0;
  std::size_t idle = 0;
};

class HttpClient {
 public:
  // Loads the trust store. FAILED_PRECONDITION: `ca_file` cannot be read or holds no certificate.
  // INVALID_ARGUMENT: an origin or secret header that cannot be sent; names the header, never its value.
  static absl::StatusOr<std::unique_ptr<HttpClient>> Create(boost::asio::io_context& io,
                                                            const ClientOptions& options);

  virtual ~HttpClient() = default;

  // POSTs `request` and calls `handler` once with the whole answer (of any status) or an
  // error. A kept connection that turns out to have died while idle is replaced without the
  // handler noticing, as long as no byte of an answer came. A request that must not be sent (a CR, LF or
  // NUL in a header, a header that is the transport's own, a path without "/") ends with kMalformed.
  virtual ExchangeId Send(HttpRequest request, std::chrono::steady_clock::time_point deadline,
                          ExchangeHandler handler) = 0;

  // As Send, for an answer that is handed over as it comes. No bound on its size but
  // max_header_bytes. The client keeps the handler until the exchange is over for it.
  virtual ExchangeId SendStream(HttpRequest request, std::chrono::steady_clock::time_point deadline,
                                std::shared_ptr<StreamHandler> handler) = 0;

  // Closes the exchange's connection and calls its handler with kCancelled, later; a StreamHandler hears
  // nothing more. No effect on a finished exchange.
  virtual void Cancel(ExchangeId id) = 0;

  // These are for streams; none has an effect on a finished exchange.

  // Another deadline in place of the one given, earlier or later.
  virtual void SetDeadline(ExchangeId id, std::chrono::steady_clock::time_point deadline) = 0;
  // No OnHead, OnBody or end of the body until Resume, but for what is being read just now: at most 16 KiB
  // more, and none when it is called from elsewhere. Nothing is read from the socket, so that the provider
  // feels it; its close is noticed after Resume. Deadlines go on.
  virtual void Pause(ExchangeId id) = 0;
  virtual void Resume(ExchangeId id) = 0;
  // The handler has what it needs and hears nothing more; for Cancel and the others the exchange is finished.
  // The connection is kept if the rest of the answer is short (64 KiB) and soon here (1 s), else closed.
  virtual void Release(ExchangeId id) = 0;

  virtual ConnectionCounts connections() const = 0;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_HTTP_CLIENT_H_
