#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>

#include "client/client.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/support/test_certificates.h"

namespace spillway::client {
namespace {

using spillway::testing::CertificateAndKey;
using spillway::testing::FakeServer;
using spillway::testing::TestAuthority;

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const CertificateAndKey& leaf,
                                                       const std::string& client_ca = "") {
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({leaf.key_pem, leaf.certificate_pem});
  options.pem_root_certs = client_ca;
  if (!client_ca.empty()) {
    options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return grpc::SslServerCredentials(options);
}

std::string WriteFile(const std::string& name, const std::string& content) {
  const std::string path = ::testing::TempDir() + "spillway_tls_" + std::to_string(getpid()) + "_" + name;
  std::ofstream(path) << content;
  return path;
}

grpc::StatusCode ChatOver(const FakeServer& server, const std::optional<TlsOptions>& tls,
                          bool* unreachable = nullptr) {
  const auto client = Client::Connect({.address = server.address(), .key = "K", .tls = tls}).value();
  const auto result = client.Chat({}, {.timeout = std::chrono::seconds(20)});
  if (unreachable != nullptr) *unreachable = result.unreachable;
  return result.status.error_code();
}

TEST(Tls, AServerUnderTheNamedAuthorityIsTrusted) {
  const TestAuthority authority;
  FakeServer server(CredentialsOf(authority.Issue()));
  server.scripts.chat.response.add_choices();
  EXPECT_EQ(ChatOver(server, TlsOptions{.ca_file = WriteFile("ca1", authority.ca_pem())}),
            grpc::StatusCode::OK);
}

TEST(Tls, AServerUnderAnotherAuthorityNeverSeesTheKey) {
  const TestAuthority authority;
  const TestAuthority stranger("A stranger");
  FakeServer server(CredentialsOf(stranger.Issue()));
  server.scripts.chat.response.add_choices();
  bool unreachable = false;
  EXPECT_EQ(ChatOver(server, TlsOptions{.ca_file = WriteFile("ca2", authority.ca_pem())}, &unreachable),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(unreachable);
  EXPECT_TRUE(server.log().chat.empty());
}

TEST(Tls, ACertificateForAnotherNameIsRefused) {
  const TestAuthority authority;
  FakeServer server(CredentialsOf(authority.Issue({.names = {"elsewhere.example"}})));
  server.scripts.chat.response.add_choices();
  EXPECT_EQ(ChatOver(server, TlsOptions{.ca_file = WriteFile("ca3", authority.ca_pem())}),
            grpc::StatusCode::UNAVAILABLE);
}

TEST(Tls, PlainTextToATlsServerFails) {
  const TestAuthority authority;
  FakeServer server(CredentialsOf(authority.Issue()));
  server.scripts.chat.response.add_choices();
  EXPECT_EQ(ChatOver(server, std::nullopt), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(server.log().chat.empty());
}

TEST(Tls, AClientCertificateIsShownToAServerThatAsks) {
  const TestAuthority authority;
  FakeServer server(CredentialsOf(authority.Issue(), authority.ca_pem()));
  server.scripts.chat.response.add_choices();
  TlsOptions tls{.ca_file = WriteFile("ca4", authority.ca_pem())};
  EXPECT_EQ(ChatOver(server, tls), grpc::StatusCode::UNAVAILABLE);
  const CertificateAndKey own = authority.Issue({.names = {"checkout"}});
  tls.cert_file = WriteFile("cert", own.certificate_pem);
  tls.key_file = WriteFile("key", own.key_pem);
  EXPECT_EQ(ChatOver(server, tls), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace spillway::client
