// A TLS client for one connection. Calls block, for 20 s at most. Not thread-safe.
#ifndef SPILLWAY_TESTS_SERVER_HTTP_TLS_CLIENT_H_
#define SPILLWAY_TESTS_SERVER_HTTP_TLS_CLIENT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/server/http/raw_client.h"
#include "tests/support/test_certificates.h"
#include "transport/openssl_ptr.h"

namespace spillway::testing {

struct TlsClientOptions {
  // PEM.
  std::string ca;
  std::optional<CertificateAndKey> certificate;
  // As on the wire: "\x08http/1.1". Empty: no ALPN.
  std::string protocols;
  // TLS1_2_VERSION and the like; 0: any.
  int max_version = 0;
  // Of an earlier connection, to be resumed. Not owned.
  SSL_SESSION* session = nullptr;
  // Called when it is connected, and nothing has been sent.
  std::function<void()> before_handshake = [] {};
};

class TlsClient {
 public:
  TlsClient(std::uint16_t port, const TlsClientOptions& options);
  ~TlsClient();

  // What the client thinks; with TLS 1.3 the server may still object.
  bool handshake_ok() const { return handshake_ok_; }
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  std::string protocol() const;
  std::string version() const { return SSL_get_version(ssl_.get()); }
  transport::SslSessionPtr session() const { return transport::SslSessionPtr(SSL_get1_session(ssl_.get())); }

  bool Send(std::string_view bytes);
  // What comes until `text` has come, inclusive; or until the end.
  std::string ReadUntil(std::string_view text);
  // Whether the end was close_notify.
  bool ended_in_order() const { return ended_in_order_; }

 private:
  RawClient socket_;
  transport::SslContextPtr context_;
  transport::SslPtr ssl_;
  bool handshake_ok_ = false;
  bool ended_in_order_ = false;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SERVER_HTTP_TLS_CLIENT_H_
