#include "transport/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <utility>

#include "absl/status/status.h"
#include "transport/socket_bio.h"
#include "transport/tls_stream.h"
#include "transport/trust_store.h"

namespace spillway::transport {
namespace {

constexpr unsigned char kAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool Configure(SSL_CTX* context, X509_STORE* store) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set1_cert_store(context, store);
  // An idle or waiting connection keeps no record buffers, and what needs retrying may have moved.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A record in one read instead of two.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  // This one returns 0 for success.
  return SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn) == 0 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

bool IsAddress(const std::string& name) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(address);
  ERR_clear_error();
  return address != nullptr;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Create(const std::string& ca_file,
                                                               std::string server_name) {
  absl::StatusOr<TrustStore> store = LoadTrustStore(ca_file);
  if (!store.ok()) return store.status();
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || !Configure(context.get(), store->get())) {
    return absl::InternalError("OpenSSL refuses to make a TLS context");
  }
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(context), std::move(server_name)));
}

TlsContext::TlsContext(SslContextPtr context, std::string server_name)
    : context_(std::move(context)), server_name_(std::move(server_name)) {
  SSL_CTX_set_app_data(context_.get(), this);
  SSL_CTX_sess_set_new_cb(context_.get(), KeepSession);
}

TlsContext::~TlsContext() { SSL_CTX_set_app_data(context_.get(), nullptr); }

int TlsContext::KeepSession(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (self == nullptr) return 0;
  self->session_.reset(session);
  // Ours now.
  return 1;
}

bool TlsContext::ExpectServerName(SSL* ssl) const {
  X509_VERIFY_PARAM* expected = SSL_get0_param(ssl);
  if (IsAddress(server_name_)) return X509_VERIFY_PARAM_set1_ip_asc(expected, server_name_.c_str()) == 1;
  // As RFC 9525 has it: names come from subjectAltName only, a wildcard stands for a whole label.
  X509_VERIFY_PARAM_set_hostflags(expected,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(expected, server_name_.data(), server_name_.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, server_name_.c_str()) == 1;
}

std::unique_ptr<ByteStream> TlsContext::NewStream(int descriptor) {
  SslPtr ssl(SSL_new(context_.get()));
  BIO* bio = ssl ? NewSocketBio(descriptor) : nullptr;
  if (bio == nullptr) return nullptr;
  SSL_set_bio(ssl.get(), bio, bio);
  if (!ExpectServerName(ssl.get())) return nullptr;
  if (session_ && SSL_SESSION_is_resumable(session_.get())) SSL_set_session(ssl.get(), session_.get());
  SSL_set_connect_state(ssl.get());
  return NewTlsStream(std::move(ssl), server_name_);
}

}  // namespace spillway::transport
