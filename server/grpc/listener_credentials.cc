#include "server/grpc/listener_credentials.h"

#include <grpc/grpc.h>

#include <utility>

namespace spillway::server {

ListenerCredentials::ListenerCredentials(ListenerCertificate certificate)
    : asks_for_certificates_(!certificate.client_ca.empty()), certificate_(std::move(certificate)) {
  const auto request = asks_for_certificates_ ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                              : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  credentials_ = grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &Fetch, this));
}

ListenerCredentials::~ListenerCredentials() {
  if (credentials_ != nullptr) grpc_server_credentials_release(credentials_);
}

void ListenerCredentials::Use(ListenerCertificate certificate) {
  const absl::MutexLock lock(&mutex_);
  if (certificate.client_ca.empty()) certificate.client_ca = std::move(certificate_.client_ca);
  certificate_ = std::move(certificate);
  is_new_ = true;
}

grpc_ssl_certificate_config_reload_status ListenerCredentials::Fetch(
    void* self, grpc_ssl_server_certificate_config** config) {
  auto& credentials = *static_cast<ListenerCredentials*>(self);
  const absl::MutexLock lock(&credentials.mutex_);
  if (!std::exchange(credentials.is_new_, false)) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const ListenerCertificate& certificate = credentials.certificate_;
  const grpc_ssl_pem_key_cert_pair pair = {certificate.key.Reveal().c_str(), certificate.chain.c_str()};
  // gRPC aborts where there are no authorities, though it uses them only if clients are asked for
  // certificates.
  const std::string& authorities =
      credentials.asks_for_certificates_ ? certificate.client_ca : certificate.chain;
  *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

int ListenerCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

}  // namespace spillway::server
