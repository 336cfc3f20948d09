#include "server/config/listener_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>

#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace spillway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// As `openssl genpkey -aes128` writes one: its header is all that is looked at.
constexpr char kEncryptedKey[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
constexpr char kGarbled[] = "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n";

class ListenerCertificatesTest : public ::testing::Test {
 protected:
  // Of a configuration whose one TLS listener has these fields, from line 1 column 27 on.
  ListenerCertificatesResult Read(const std::string& fields) {
    const ConfigResult config =
        ParseConfig("server: {openai: {tls: {" + fields +
                        "},\n  address: \"127.0.0.1:0\"}}\nproviders: [{name: p, api: openai}]\n"
                        "endpoints: [{name: e, provider: p, url: 'https://h'}]\n",
                    "f");
    EXPECT_TRUE(config.ok()) << FormatErrors("f", config.errors);
    return config.ok() ? ReadListenerCertificates(*config.loaded) : ListenerCertificatesResult();
  }

  static std::string Fields(const std::string& cert, const std::string& key, const std::string& ca = "") {
    return "cert_file: '" + cert + "', key_file: '" + key + "'" +
           (ca.empty() ? "" : ", client_ca_file: '" + ca + "'");
  }

  std::string Errors(const std::string& cert, const std::string& key, const std::string& ca = "") {
    const std::string errors = FormatErrors("f", Read(Fields(cert, key, ca)).errors);
    EXPECT_THAT(errors, Not(HasSubstr("BEGIN")));
    EXPECT_EQ(ERR_peek_error(), 0u) << "left for whoever uses OpenSSL next";
    return errors;
  }

  testing::TempDir dir_;
  const testing::TestAuthority authority_;
  const testing::CertificateAndKey pair_ = authority_.Issue();
  const std::string cert_ = dir_.Write("cert.pem", pair_.certificate_pem);
  const std::string key_ = dir_.Write("key.pem", pair_.key_pem);
};

TEST_F(ListenerCertificatesTest, AListenerOfPlainTextHasNone) {
  const ConfigResult config = ParseConfig(
      "server: {openai: {address: '127.0.0.1:0'}}\nproviders: [{name: p, api: openai}]\n"
      "endpoints: [{name: e, provider: p, url: 'https://h'}]\n",
      "f");
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(ReadListenerCertificates(*config.loaded).certificates, IsEmpty());
}

TEST_F(ListenerCertificatesTest, AreTheFilesAsTheyStand) {
  const std::string ca = dir_.Write("ca.pem", authority_.ca_pem());
  const ListenerCertificatesResult result = Read(Fields(cert_, key_, ca));
  ASSERT_THAT(result.errors, IsEmpty()) << FormatErrors("f", result.errors);
  ASSERT_THAT(result.certificates, SizeIs(1));
  const ListenerCertificate& read = result.certificates.at("server.openai.tls");
  EXPECT_EQ(read.chain, pair_.certificate_pem);
  EXPECT_EQ(read.key.Reveal(), pair_.key_pem);
  EXPECT_EQ(read.client_ca, authority_.ca_pem());
}

TEST_F(ListenerCertificatesTest, AnotherFileIsAnotherCertificate) {
  const auto read = [this] { return Read(Fields(cert_, key_)).certificates.at("server.openai.tls"); };
  const ListenerCertificate before = read();
  EXPECT_EQ(read(), before);
  const testing::CertificateAndKey next = authority_.Issue();
  dir_.Write("cert.pem", next.certificate_pem);
  dir_.Write("key.pem", next.key_pem);
  EXPECT_FALSE(read() == before);
}

TEST_F(ListenerCertificatesTest, AChainAndAFileOfBothAreGood) {
  const std::string chain = dir_.Write("chain.pem", pair_.certificate_pem + authority_.ca_pem());
  EXPECT_EQ(Errors(chain, key_), "");
  const std::string both = dir_.Write("both.pem", pair_.key_pem + pair_.certificate_pem);
  EXPECT_EQ(Errors(both, both), "");
}

TEST_F(ListenerCertificatesTest, AMissingFileIsNamedWithTheReason) {
  EXPECT_EQ(
      Errors("/no/cert.pem", "/no/key.pem", "/no/ca.pem"),
      "f:1:36: server.openai.tls.cert_file: cannot read \"/no/cert.pem\": No such file or directory\n"
      "f:1:62: server.openai.tls.key_file: cannot read \"/no/key.pem\": No such file or directory\n"
      "f:1:93: server.openai.tls.client_ca_file: cannot read \"/no/ca.pem\": No such file or directory\n");
}

TEST_F(ListenerCertificatesTest, AFileOfSomethingElseIsAnError) {
  const std::string odd = dir_.Write("odd", "nothing");
  EXPECT_THAT(Errors(odd, key_),
              HasSubstr("tls.cert_file: \"" + odd + "\" holds no certificate in PEM form\n"));
  EXPECT_THAT(Errors(key_, key_), HasSubstr("tls.cert_file: \"" + key_ + "\" holds no certificate"));
  EXPECT_THAT(Errors(cert_, odd),
              HasSubstr("tls.key_file: \"" + odd + "\" holds no private key in PEM form\n"));
  EXPECT_THAT(Errors(cert_, cert_), HasSubstr("tls.key_file: \"" + cert_ + "\" holds no private key"));
  EXPECT_THAT(Errors(cert_, key_, odd),
              HasSubstr("tls.client_ca_file: \"" + odd + "\" holds no certificate"));
}

TEST_F(ListenerCertificatesTest, ABadCertificateAfterAGoodOneIsAnError) {
  const std::string odd = dir_.Write("odd.pem", pair_.certificate_pem + kGarbled);
  EXPECT_THAT(Errors(odd, key_),
              HasSubstr("tls.cert_file: \"" + odd + "\" holds a certificate that cannot be read: "));
  EXPECT_THAT(Errors(cert_, key_, odd),
              HasSubstr("tls.client_ca_file: \"" + odd + "\" holds a certificate that"));
}

TEST_F(ListenerCertificatesTest, TheKeyMustBeTheCertificates) {
  const std::string other = dir_.Write("other.pem", authority_.Issue().key_pem);
  EXPECT_EQ(Errors(cert_, other), "f:1:" + std::to_string(36 + cert_.size() + 14) +
                                      ": server.openai.tls.key_file: \"" + other +
                                      "\" is not the key of the first certificate in cert_file\n");
}

TEST_F(ListenerCertificatesTest, AnEncryptedKeyIsAnErrorAndNobodyIsAsked) {
  const std::string encrypted = dir_.Write("key.enc", kEncryptedKey);
  EXPECT_THAT(Errors(cert_, encrypted), HasSubstr("tls.key_file: \"" + encrypted + "\" is encrypted"));
}

TEST_F(ListenerCertificatesTest, AnExpiredCertificateIsTaken) {
  const testing::CertificateAndKey expired =
      authority_.Issue({.not_before = std::chrono::hours(-2), .not_after = std::chrono::hours(-1)});
  EXPECT_EQ(
      Errors(dir_.Write("old.pem", expired.certificate_pem), dir_.Write("old-key.pem", expired.key_pem)), "");
}

}  // namespace
}  // namespace spillway::server
