// Owning pointers to OpenSSL's objects.
#ifndef SPILLWAY_TRANSPORT_OPENSSL_PTR_H_
#define SPILLWAY_TRANSPORT_OPENSSL_PTR_H_

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>

namespace spillway::transport {

template <auto Free>
struct OpensslDeleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using SslPtr = std::unique_ptr<SSL, OpensslDeleter<SSL_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslDeleter<SSL_CTX_free>>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, OpensslDeleter<SSL_SESSION_free>>;

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_OPENSSL_PTR_H_
