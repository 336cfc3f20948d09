#include "server/config/listener_certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/findings.h"
#include "server/config/listener_tls.h"
#include "server/config/read_file.h"
#include "server/config/secrets.h"

namespace spillway::server {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

// OpenSSL would ask at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

BioPtr Reading(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string LastReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason == nullptr ? "OpenSSL does not say why" : reason;
  ERR_clear_error();
  return text;
}

// What is wrong with one listener's files, as OpenSSL sees them: empty, nothing.
class CertificateCheck {
 public:
  // The certificates of `pem`, the first of which is the listener's own.
  std::string Chain(const std::string& pem) {
    bool first = true;
    return EachCertificate(pem, [&](CertificatePtr certificate) {
      if (!std::exchange(first, false))
        return SSL_CTX_add0_chain_cert(context_.get(), certificate.release()) == 1;
      return SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1;
    });
  }

  // After Chain, which found nothing.
  std::string Key(const std::string& pem) {
    if (absl::StrContains(pem, "ENCRYPTED"))
      return "is encrypted; the server has nobody to ask for a password";
    const BioPtr bio = Reading(pem);
    const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
    if (key == nullptr) {
      ERR_clear_error();
      return "holds no private key in PEM form";
    }
    const bool fits = X509_check_private_key(SSL_CTX_get0_certificate(context_.get()), key.get()) == 1;
    ERR_clear_error();
    if (!fits) return "is not the key of the first certificate in cert_file";
    if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1) return "";
    return absl::StrCat("cannot be used: ", LastReason());
  }

  std::string ClientCa(const std::string& pem) {
    return EachCertificate(pem, [](const CertificatePtr&) { return true; });
  }

 private:
  template <typename Take>
  static std::string EachCertificate(const std::string& pem, Take take) {
    const BioPtr bio = Reading(pem);
    int count = 0;
    while (true) {
      CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr));
      if (certificate == nullptr) break;
      if (!take(std::move(certificate))) return absl::StrCat("cannot be used: ", LastReason());
      ++count;
    }
    // At the end of the file there is no further beginning of a certificate; anything else is a bad one.
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const std::string reason = LastReason();
    if (!at_end) return absl::StrCat("holds a certificate that cannot be read: ", reason);
    return count == 0 ? "holds no certificate in PEM form" : "";
  }

  const ContextPtr context_{SSL_CTX_new(TLS_server_method())};
};

// One listener's files, one after the other.
class CertificateReader {
 public:
  CertificateReader(std::string path, Findings* findings) : path_(std::move(path)), findings_(*findings) {}

  ListenerCertificate Read(const v1::ListenerTls& tls) {
    CertificateCheck check;
    ListenerCertificate certificate;
    const bool has_chain = ReadInto("cert_file", tls.cert_file(), certificate.chain) &&
                           Passes("cert_file", tls.cert_file(), check.Chain(certificate.chain));
    std::string key;
    if (ReadInto("key_file", tls.key_file(), key) && has_chain) {
      Passes("key_file", tls.key_file(), check.Key(key));
    }
    certificate.key = SecretString(std::move(key));
    if (!tls.client_ca_file().empty() &&
        ReadInto("client_ca_file", tls.client_ca_file(), certificate.client_ca)) {
      Passes("client_ca_file", tls.client_ca_file(), check.ClientCa(certificate.client_ca));
    }
    return certificate;
  }

 private:
  bool ReadInto(const char* field, const std::string& file, std::string& text) {
    absl::StatusOr<std::string> read = ReadFile(file, kMaxCaFileBytes);
    if (read.ok()) {
      text = *std::move(read);
      return true;
    }
    findings_.Add(FieldPath(path_, field),
                  absl::StrCat("cannot read ", Quoted(file), ": ", read.status().message()));
    return false;
  }

  bool Passes(const char* field, const std::string& file, const std::string& what) {
    if (!what.empty()) findings_.Add(FieldPath(path_, field), absl::StrCat(Quoted(file), " ", what));
    return what.empty();
  }

  const std::string path_;
  Findings& findings_;
};

}  // namespace

ListenerCertificatesResult ReadListenerCertificates(const LoadedConfig& loaded) {
  ListenerCertificatesResult result;
  Findings findings(loaded.source, &result.errors);
  for (const auto& [listener, tls] : ListenersWithTls(loaded.config)) {
    CertificateReader reader(listener, &findings);
    result.certificates.insert_or_assign(listener, reader.Read(*tls));
  }
  SortErrors(&result.errors);
  return result;
}

}  // namespace spillway::server
