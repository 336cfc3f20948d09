// What a gRPC listener shows its clients: TLS with a certificate that can be replaced while it serves.
//
// gRPC asks at each handshake whether there is another certificate, and remembers it. Connections that are
// there go on. TLS 1.2 and 1.3; ALPN is gRPC's. For one listener of one server, which it must outlive: gRPC
// is told of a replacement once.
//
// Thread-safe.
#ifndef SPILLWAY_SERVER_GRPC_LISTENER_CREDENTIALS_H_
#define SPILLWAY_SERVER_GRPC_LISTENER_CREDENTIALS_H_

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/config/listener_certificates.h"

namespace spillway::server {

class ListenerCredentials final : public grpc::ServerCredentials {
 public:
  // `certificate` has passed ReadListenerCertificates. With `client_ca`, a client must show a certificate of
  // these authorities; whether there are any is fixed here.
  explicit ListenerCredentials(ListenerCertificate certificate);
  ~ListenerCredentials() override;

  // For handshakes from now on. Checked, as the first. Clients' authorities are replaced only where there
  // were some and are some.
  void Use(ListenerCertificate certificate);

  bool asks_for_certificates() const { return asks_for_certificates_; }

  // Calls are told apart by their keys, not by a processor.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  static grpc_ssl_certificate_config_reload_status Fetch(void* self,
                                                         grpc_ssl_server_certificate_config** config);
  int AddPortToServer(const std::string& address, grpc_server* server) override;

  const bool asks_for_certificates_;
  absl::Mutex mutex_;
  ListenerCertificate certificate_ ABSL_GUARDED_BY(mutex_);
  // gRPC has not seen it.
  bool is_new_ ABSL_GUARDED_BY(mutex_) = true;
  // Owned; null only where gRPC finds the first certificate to be none.
  grpc_server_credentials* credentials_ = nullptr;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_GRPC_LISTENER_CREDENTIALS_H_
