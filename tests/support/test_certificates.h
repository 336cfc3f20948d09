// Certificates made on the spot: an authority of its own and leaf certificates under it, so
// that tests, the simulator and the demo do real TLS handshakes without files in the tree.
//
// Thread-safe; each call makes fresh keys (EC P-256: milliseconds).
#ifndef SPILLWAY_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define SPILLWAY_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <chrono>
#include <string>
#include <vector>

namespace spillway::testing {

// A certificate (chain) and its private key, PEM.
struct CertificateAndKey {
  std::string certificate_pem;
  std::string key_pem;
};

struct LeafOptions {
  // subjectAltName entries: DNS names; IP literals and URIs are recognised as such.
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  // Relative to now; a negative `not_after` makes an expired certificate.
  std::chrono::seconds not_before = std::chrono::hours(-1);
  std::chrono::seconds not_after = std::chrono::hours(24 * 30);
};

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& common_name = "Spillway test authority");

  // The authority's certificate, to be trusted.
  const std::string& ca_pem() const { return ca_.certificate_pem; }

  CertificateAndKey Issue(const LeafOptions& options = {}) const;

 private:
  CertificateAndKey ca_;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_TEST_CERTIFICATES_H_
