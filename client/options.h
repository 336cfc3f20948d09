// What a caller decides: where the server is and who asks (once), and what bounds a call (each time).
//
// Plain values; no ownership, no locks. Times are lengths, counted from the start of the call.
#ifndef SPILLWAY_CLIENT_OPTIONS_H_
#define SPILLWAY_CLIENT_OPTIONS_H_

#include <chrono>
#include <optional>
#include <string>

namespace spillway::client {

// Twice the default `request_timeout` of a policy: a shorter bound would end a call before it
// could leave a silent target for the next one.
inline constexpr std::chrono::milliseconds kDefaultTimeout = std::chrono::minutes(2);

// How the server's certificate is checked, and what the client shows of its own.
struct TlsOptions {
  // PEM file of the authorities to trust; empty: the system's.
  std::string ca_file;
  // PEM files of the client's own certificate and key, for a server that asks; both or neither.
  std::string cert_file;
  std::string key_file;
};

struct ClientOptions {
  // HOST:PORT, or a gRPC target such as dns:///HOST:PORT or unix:PATH.
  std::string address;
  // Sent as `authorization: Bearer KEY`; empty: nothing is sent.
  std::string key;
  // Absent: plain text.
  std::optional<TlsOptions> tls;
  // What gRPC does with the channel, as JSON: load balancing, health checking, retries (docs/clients.md has
  // one); empty: none.
  std::string service_config;
  // A server from which nothing has come for so long is asked for a sign of life, and taken for gone if it
  // gives none within 20 s; 0: never. It closes connections on which it is asked more often than every 5 s.
  std::chrono::milliseconds keepalive_time{0};
  // Bound on calls that name none of their own.
  std::chrono::milliseconds default_timeout = kDefaultTimeout;
};

struct CallOptions {
  // Bound on the whole call, connecting included. Absent: the client's default.
  std::optional<std::chrono::milliseconds> timeout;
  // Sent as x-request-id and echoed by the server; empty: the server makes one up.
  std::string request_id;
  // W3C trace context, passed on; empty: none.
  std::string traceparent;
};

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_OPTIONS_H_
