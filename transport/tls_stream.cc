#include "transport/tls_stream.h"

#include <openssl/err.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "transport/certificate_names.h"

namespace spillway::transport {
namespace {

// What is wrong with the peer's certificate, for a person who has to mend it.
std::string VerifyText(long verify_result, const std::string& server_name) {
  std::string reason = X509_verify_cert_error_string(verify_result);
  switch (verify_result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "hostname mismatch: the certificate is not for \"" + server_name + "\"";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the certificate is signed by an unknown authority (" + reason + ")";
    default:
      return reason;
  }
}

// OpenSSL judges a call by what it finds in the thread's error queue afterwards. Emptying a queue visits all
// of its places, so an empty one is left alone.
void ClearErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

class TlsStream final : public ByteStream {
 public:
  TlsStream(SslPtr ssl, const std::string& server_name) : ssl_(std::move(ssl)), server_name_(server_name) {}

  IoOutcome Handshake() override {
    ClearErrors();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return IoOutcome::kDone;
    const IoOutcome outcome = Classify(result);
    if (outcome == IoOutcome::kFailed || outcome == IoOutcome::kEnd) {
      if (const long verify = SSL_get_verify_result(ssl_.get()); verify != X509_V_OK) {
        failure_ = VerifyText(verify, server_name_);
      }
      return IoOutcome::kFailed;
    }
    return outcome;
  }

  IoResult Read(std::span<char> into) override {
    ClearErrors();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &size);
    return result == 1 ? IoResult{IoOutcome::kDone, size} : IoResult{Classify(result)};
  }

  IoResult Write(std::string_view bytes) override {
    ClearErrors();
    std::size_t size = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    return result == 1 ? IoResult{IoOutcome::kDone, size} : IoResult{Classify(result)};
  }

  bool HasPending() const override { return SSL_has_pending(ssl_.get()) == 1; }

  // Without it OpenSSL would take the session for a bad one, too, and not resume it.
  void Goodbye() override {
    if (failed_in_tls_ || !SSL_is_init_finished(ssl_.get())) return;
    ClearErrors();
    SSL_shutdown(ssl_.get());
    ClearErrors();
  }

  const std::vector<std::string>& PeerNames() override {
    if (peer_names_ == nullptr) peer_names_ = std::make_unique<std::vector<std::string>>(ReadPeerNames());
    return *peer_names_;
  }

  std::string FailureText() const override { return failure_; }
  bool FailedInTls() const override { return failed_in_tls_; }

 private:
  IoOutcome Classify(int result) {
    const int socket_error = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return IoOutcome::kWantRead;
      case SSL_ERROR_WANT_WRITE:
        return IoOutcome::kWantWrite;
      case SSL_ERROR_ZERO_RETURN:
        failure_ = "the peer closed the TLS session";
        return IoOutcome::kEnd;
      case SSL_ERROR_SYSCALL:
        failure_ = socket_error != 0 ? std::generic_category().message(socket_error)
                                     : "the connection was closed without close_notify";
        return IoOutcome::kFailed;
      default:
        return FailWithReason();
    }
  }

  IoOutcome FailWithReason() {
    const unsigned long error = ERR_peek_error();
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      failure_ = "the connection was closed without close_notify";
      return IoOutcome::kFailed;
    }
    const char* reason = ERR_reason_error_string(error);
    failure_ = reason != nullptr ? reason : "TLS error";
    failed_in_tls_ = true;
    return IoOutcome::kFailed;
  }

  std::vector<std::string> ReadPeerNames() const {
    X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr || !SSL_is_init_finished(ssl_.get()) ||
        (SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER) == 0 ||
        SSL_get_verify_result(ssl_.get()) != X509_V_OK) {
      return {};
    }
    return NamesOf(*certificate);
  }

  const SslPtr ssl_;
  // The context's, copied: for error texts.
  const std::string server_name_;
  std::string failure_;
  // Null until they are asked for.
  std::unique_ptr<std::vector<std::string>> peer_names_;
  bool failed_in_tls_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> NewTlsStream(SslPtr ssl, const std::string& server_name) {
  return std::make_unique<TlsStream>(std::move(ssl), server_name);
}

}  // namespace spillway::transport
