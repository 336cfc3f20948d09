#include "transport/server_tls_context.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"

namespace spillway::transport {
namespace {

using testing::CertificateAndKey;
using testing::TempDir;
using testing::TestAuthority;

class ServerTlsContextFiles : public ::testing::Test {
 protected:
  std::string Message(const ServerTlsFiles& files) const {
    const auto made = ServerTlsContext::Create(files);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kFailedPrecondition);
    return std::string(made.status().message());
  }

  const TempDir dir_;
  const TestAuthority authority_;
  const CertificateAndKey leaf_ = authority_.Issue();
  const std::string cert_ = dir_.Write("cert.pem", leaf_.certificate_pem);
  const std::string key_ = dir_.Write("key.pem", leaf_.key_pem);
  const std::string ca_ = dir_.Write("ca.pem", authority_.ca_pem());
  const std::string text_ = dir_.Write("text", "not PEM\n");
  const std::string missing_ = dir_.Path("missing");
};

TEST_F(ServerTlsContextFiles, GoodOnesMakeAContext) {
  EXPECT_TRUE(ServerTlsContext::Create({cert_, key_, ""}).ok());
  EXPECT_TRUE(ServerTlsContext::Create({cert_, key_, ca_}).ok());
}

TEST_F(ServerTlsContextFiles, ThoseThatCannotBeReadAreNamed) {
  const std::string why = "\" cannot be read, or is empty";
  EXPECT_EQ(Message({missing_, key_, ""}), "cert_file \"" + missing_ + why);
  EXPECT_EQ(Message({cert_, missing_, ""}), "key_file \"" + missing_ + why);
  EXPECT_EQ(Message({cert_, key_, missing_}), "client_ca_file \"" + missing_ + why);
  EXPECT_EQ(Message({dir_.Path("."), key_, ""}), "cert_file \"" + dir_.Path(".") + why);
}

TEST_F(ServerTlsContextFiles, ThoseThatHoldSomethingElseAreNamed) {
  EXPECT_EQ(Message({text_, key_, ""}), "cert_file \"" + text_ + "\" holds no usable PEM certificate");
  EXPECT_EQ(Message({key_, key_, ""}), "cert_file \"" + key_ + "\" holds no usable PEM certificate");
  EXPECT_EQ(Message({cert_, text_, ""}),
            "key_file \"" + text_ + "\" holds no usable PEM private key (encrypted ones are not)");
  EXPECT_EQ(Message({cert_, cert_, ""}),
            "key_file \"" + cert_ + "\" holds no usable PEM private key (encrypted ones are not)");
  EXPECT_EQ(Message({cert_, key_, key_}), "client_ca_file \"" + key_ + "\" holds no usable PEM certificate");
}

TEST_F(ServerTlsContextFiles, AKeyOfAnotherCertificateIsNamed) {
  const std::string other = dir_.Write("other.pem", authority_.Issue().key_pem);
  EXPECT_EQ(Message({cert_, other, ""}),
            "key_file \"" + other + "\" is not the key of the certificate in \"" + cert_ + "\"");
}

}  // namespace
}  // namespace spillway::transport
