#include "tests/server/http/tls_client.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>

namespace spillway::testing {
namespace {

using Bio = std::unique_ptr<BIO, transport::OpensslDeleter<BIO_free>>;
using Certificate = std::unique_ptr<X509, transport::OpensslDeleter<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, transport::OpensslDeleter<EVP_PKEY_free>>;

Bio Memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}
Certificate Parse(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(Memory(pem).get(), nullptr, nullptr, nullptr));
}

}  // namespace

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* context = context_.get();
  EXPECT_EQ(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), Parse(options.ca).get()), 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (options.max_version != 0) SSL_CTX_set_max_proto_version(context, options.max_version);
  if (options.certificate) {
    const Key key(
        PEM_read_bio_PrivateKey(Memory(options.certificate->key_pem).get(), nullptr, nullptr, nullptr));
    EXPECT_EQ(SSL_CTX_use_certificate(context, Parse(options.certificate->certificate_pem).get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context, key.get()), 1);
  }
  ssl_.reset(SSL_new(context));
  SSL_set_fd(ssl_.get(), socket_.fd());
  EXPECT_EQ(SSL_set1_host(ssl_.get(), "localhost"), 1);
  SSL_set_tlsext_host_name(ssl_.get(), "localhost");
  if (!options.protocols.empty()) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(options.protocols.data()),
                        static_cast<unsigned>(options.protocols.size()));
  }
  if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
  options.before_handshake();
  handshake_ok_ = SSL_connect(ssl_.get()) == 1;
}

TlsClient::~TlsClient() {
  // Else OpenSSL takes the session for a bad one.
  if (handshake_ok_) SSL_shutdown(ssl_.get());
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsClient::Send(std::string_view bytes) {
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

std::string TlsClient::ReadUntil(std::string_view text) {
  std::string read;
  std::array<char, 16 * 1024> buffer;
  while (read.find(text) == std::string::npos) {
    const int size = SSL_read(ssl_.get(), buffer.data(), buffer.size());
    if (size <= 0) {
      ended_in_order_ = SSL_get_error(ssl_.get(), size) == SSL_ERROR_ZERO_RETURN;
      break;
    }
    read.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return read;
}

}  // namespace spillway::testing
