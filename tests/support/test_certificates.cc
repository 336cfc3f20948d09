#include "tests/support/test_certificates.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace spillway::testing {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, Freer<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free>>;
using AddressPtr = std::unique_ptr<ASN1_OCTET_STRING, Freer<ASN1_OCTET_STRING_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

// Nothing here fails but for a broken OpenSSL or no memory: no test can go on from that.
void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "test_certificates: %s failed\n", what);
  std::abort();
}

template <class Writer>
std::string ToPem(Writer write) {
  BioPtr bio(BIO_new(BIO_s_mem()));
  Require(bio && write(bio.get()) == 1, "writing PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

BioPtr Reading(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

KeyPtr NewKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  Require(key != nullptr, "making a key");
  return key;
}

void SetRandomSerial(X509* cert) {
  unsigned char bytes[8];
  Require(RAND_bytes(bytes, sizeof bytes) == 1, "drawing a serial number");
  std::uint64_t serial = 1;
  for (unsigned char byte : bytes) serial = (serial << 7) ^ byte;
  Require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) == 1, "setting the serial number");
}

void SetName(X509_NAME* name, const std::string& common_name) {
  Require(
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1,
      "setting the subject");
}

void AddExtension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  Require(extension && X509_add_ext(cert, extension.get(), -1) == 1, "adding an extension");
}

// A certificate for `key`, valid from and until the given seconds from now, issuer not yet set.
CertPtr NewCertificate(EVP_PKEY* key, const std::string& common_name, std::chrono::seconds not_before,
                       std::chrono::seconds not_after) {
  CertPtr cert(X509_new());
  Require(cert && X509_set_version(cert.get(), X509_VERSION_3) == 1, "making a certificate");
  SetRandomSerial(cert.get());
  Require(X509_gmtime_adj(X509_getm_notBefore(cert.get()), not_before.count()) &&
              X509_gmtime_adj(X509_getm_notAfter(cert.get()), not_after.count()) &&
              X509_set_pubkey(cert.get(), key) == 1,
          "setting validity and key");
  SetName(X509_get_subject_name(cert.get()), common_name);
  return cert;
}

CertificateAndKey SignedPem(X509* cert, EVP_PKEY* key, EVP_PKEY* issuer_key) {
  Require(X509_sign(cert, issuer_key, EVP_sha256()) != 0, "signing");
  CertificateAndKey out;
  out.certificate_pem = ToPem([&](BIO* bio) { return PEM_write_bio_X509(bio, cert); });
  out.key_pem = ToPem(
      [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  return out;
}

// "DNS:localhost,IP:127.0.0.1,URI:spiffe://a/b": what the subjectAltName extension is written as.
std::string AlternativeNames(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    const AddressPtr address(a2i_IPADDRESS(name.c_str()));
    if (!out.empty()) out += ',';
    const bool uri = name.find("://") != std::string::npos;
    out += (address ? "IP:" : uri ? "URI:" : "DNS:") + name;
  }
  return out;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& common_name) {
  const KeyPtr key = NewKey();
  const CertPtr cert =
      NewCertificate(key.get(), common_name, std::chrono::hours(-24 * 365), std::chrono::hours(24 * 365));
  Require(X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get())) == 1, "setting the issuer");
  AddExtension(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(cert.get(), cert.get(), NID_subject_key_identifier, "hash");
  ca_ = SignedPem(cert.get(), key.get(), key.get());
}

CertificateAndKey TestAuthority::Issue(const LeafOptions& options) const {
  const BioPtr ca_reader = Reading(ca_.certificate_pem);
  const CertPtr ca(PEM_read_bio_X509(ca_reader.get(), nullptr, nullptr, nullptr));
  const BioPtr key_reader = Reading(ca_.key_pem);
  const KeyPtr ca_key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, nullptr, nullptr));
  Require(ca && ca_key, "reading the authority back");

  const KeyPtr key = NewKey();
  const CertPtr cert = NewCertificate(key.get(), "Spillway test leaf", options.not_before, options.not_after);
  Require(X509_set_issuer_name(cert.get(), X509_get_subject_name(ca.get())) == 1, "setting the issuer");
  AddExtension(cert.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(cert.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
  AddExtension(cert.get(), ca.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  AddExtension(cert.get(), ca.get(), NID_authority_key_identifier, "keyid");
  if (!options.names.empty()) {
    AddExtension(cert.get(), ca.get(), NID_subject_alt_name, AlternativeNames(options.names));
  }
  return SignedPem(cert.get(), key.get(), ca_key.get());
}

}  // namespace spillway::testing
