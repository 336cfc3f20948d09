// How a listener speaks TLS: its certificate, and whose clients it takes.
//
// TLS 1.2 at least. Sessions are resumed by tickets. Immutable; streams may outlive the context.
#ifndef SPILLWAY_TRANSPORT_SERVER_TLS_CONTEXT_H_
#define SPILLWAY_TRANSPORT_SERVER_TLS_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "transport/byte_stream.h"
#include "transport/openssl_ptr.h"

namespace spillway::transport {

struct ServerTlsFiles {
  // PEM: the certificate, and after it those between it and its root.
  std::string cert_file;
  // PEM, not encrypted.
  std::string key_file;
  // PEM. Not empty: clients must present a certificate that one of these has signed.
  std::string client_ca_file;
};

class ServerTlsContext {
 public:
  // FAILED_PRECONDITION, naming the file: one cannot be read, or holds none, or the key is not the
  // certificate's.
  static absl::StatusOr<std::shared_ptr<ServerTlsContext>> Create(const ServerTlsFiles& files);

  // A stream over a connected socket, its handshake to be done. Null: out of memory.
  std::unique_ptr<ByteStream> NewStream(int descriptor) const;

 private:
  explicit ServerTlsContext(SslContextPtr context);

  const SslContextPtr context_;
};

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_SERVER_TLS_CONTEXT_H_
