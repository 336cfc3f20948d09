// How a client speaks TLS: whom it trusts, which name it expects, and the session it resumes.
//
// TLS 1.2 at least, verification always. One context per client; each connection's stream
// comes from it, and the newest session any of them was given is offered by the next.
//
// Thread-safety: none. Ownership: streams may outlive the context.
#ifndef SPILLWAY_TRANSPORT_TLS_CONTEXT_H_
#define SPILLWAY_TRANSPORT_TLS_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "transport/byte_stream.h"
#include "transport/openssl_ptr.h"

namespace spillway::transport {

class TlsContext {
 public:
  // `server_name`: the DNS name or address literal the certificate must be for; a name is sent as SNI too.
  // FAILED_PRECONDITION: `ca_file` cannot be read or holds no certificate.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Create(const std::string& ca_file,
                                                            std::string server_name);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A stream over a connected socket, its handshake to be done. Null: out of memory, or a server name
  // that OpenSSL takes for none.
  std::unique_ptr<ByteStream> NewStream(int descriptor);

  // After a failed handshake: the next one starts afresh.
  void ForgetSession() { session_.reset(); }

 private:
  TlsContext(SslContextPtr context, std::string server_name);
  static int KeepSession(SSL* ssl, SSL_SESSION* session);
  bool ExpectServerName(SSL* ssl) const;

  const SslContextPtr context_;
  const std::string server_name_;
  SslSessionPtr session_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_TLS_CONTEXT_H_
