#include "transport/server_tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fstream>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "transport/socket_bio.h"
#include "transport/tls_stream.h"

namespace spillway::transport {
namespace {

constexpr std::string_view kAlpn("\x08http/1.1\x08http/1.0", 18);
// Sessions are another listener's if this differs; ours differ in their tickets' keys anyway.
constexpr std::string_view kSessionContext = "spillway";

const unsigned char* BytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A client that speaks other protocols only is refused, as RFC 7301 wants it.
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                   unsigned int offered_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, BytesOf(kAlpn), kAlpn.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// An encrypted key is one that cannot be read: nobody is there to be asked.
int NoPassword(char*, int, int, void*) { return -1; }

bool Configure(SSL_CTX* context) {
  // An idle or waiting connection keeps no record buffers, and what needs retrying may have moved. What the
  // file holds is sent, and nothing that happens to be trusted.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  // A record in one read instead of two.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Tickets need no memory here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, NoPassword);
  return SSL_CTX_set_session_id_context(context, BytesOf(kSessionContext), kSessionContext.size()) == 1 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

absl::Status Complain(const char* field, const std::string& file, const std::string& what) {
  ERR_clear_error();
  return absl::FailedPreconditionError(absl::StrCat(field, " \"", file, "\" ", what));
}

absl::Status CheckReadable(const char* field, const std::string& file) {
  std::ifstream stream(file);
  // A folder opens, but has nothing to read.
  if (!stream.good() || stream.peek() == std::ifstream::traits_type::eof()) {
    return Complain(field, file, "cannot be read, or is empty");
  }
  return absl::OkStatus();
}

absl::Status LoadCertificate(SSL_CTX* context, const ServerTlsFiles& files) {
  if (absl::Status status = CheckReadable("cert_file", files.cert_file); !status.ok()) return status;
  if (absl::Status status = CheckReadable("key_file", files.key_file); !status.ok()) return status;
  if (SSL_CTX_use_certificate_chain_file(context, files.cert_file.c_str()) != 1) {
    return Complain("cert_file", files.cert_file, "holds no usable PEM certificate");
  }
  // It tells apart a key that cannot be read from one that is another certificate's only by its error.
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool other = ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_X509;
    return Complain("key_file", files.key_file,
                    other ? absl::StrCat("is not the key of the certificate in \"", files.cert_file, "\"")
                          : "holds no usable PEM private key (encrypted ones are not)");
  }
  return absl::OkStatus();
}

absl::Status LoadClientAuthorities(SSL_CTX* context, const std::string& file) {
  if (absl::Status status = CheckReadable("client_ca_file", file); !status.ok()) return status;
  X509_STORE* store = X509_STORE_new();
  const bool loaded = store != nullptr && X509_STORE_load_file(store, file.c_str()) == 1;
  if (loaded) {
    // What the operator names is trusted as it is, be it an intermediate.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set1_verify_cert_store(context, store);
    // By their names a client with several certificates knows which to present.
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(file.c_str()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  X509_STORE_free(store);
  return loaded ? absl::OkStatus() : Complain("client_ca_file", file, "holds no usable PEM certificate");
}

}  // namespace

absl::StatusOr<std::shared_ptr<ServerTlsContext>> ServerTlsContext::Create(const ServerTlsFiles& files) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || !Configure(context.get())) {
    return absl::InternalError("OpenSSL refuses to make a TLS context");
  }
  if (absl::Status status = LoadCertificate(context.get(), files); !status.ok()) return status;
  if (!files.client_ca_file.empty()) {
    absl::Status status = LoadClientAuthorities(context.get(), files.client_ca_file);
    if (!status.ok()) return status;
  }
  ERR_clear_error();
  return std::shared_ptr<ServerTlsContext>(new ServerTlsContext(std::move(context)));
}

ServerTlsContext::ServerTlsContext(SslContextPtr context) : context_(std::move(context)) {}

std::unique_ptr<ByteStream> ServerTlsContext::NewStream(int descriptor) const {
  SslPtr ssl(SSL_new(context_.get()));
  BIO* bio = ssl ? NewSocketBio(descriptor) : nullptr;
  if (bio == nullptr) return nullptr;
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_accept_state(ssl.get());
  return NewTlsStream(std::move(ssl), std::string());
}

}  // namespace spillway::transport
