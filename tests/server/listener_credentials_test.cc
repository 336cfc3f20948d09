#include "server/grpc/listener_credentials.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/test_certificates.h"

namespace spillway::server {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Also says who the client was, as its certificate has it.
class HealthService final : public Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext* context, const HealthCheckRequest*,
                     HealthCheckResponse* response) override {
    response->set_status(HealthCheckResponse::SERVING);
    peer_is_known = context->auth_context()->IsPeerAuthenticated();
    return grpc::Status::OK;
  }
  bool peer_is_known = false;
};

ListenerCertificate Certificate(const testing::TestAuthority& authority, const std::string& client_ca = "") {
  testing::CertificateAndKey pair = authority.Issue();
  return {pair.certificate_pem, SecretString(std::move(pair.key_pem)), client_ca};
}

class ListenerCredentialsTest : public ::testing::Test {
 protected:
  void Serve(ListenerCertificate certificate) {
    credentials_ = std::make_shared<ListenerCredentials>(std::move(certificate));
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials_, &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    ASSERT_NE(port_, 0);
  }

  // A connection of its own to whoever trusts `authority`, and nobody else.
  std::unique_ptr<Health::Stub> Connect(const testing::TestAuthority& authority,
                                        const testing::CertificateAndKey& own = {}) const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto tls = grpc::SslCredentials({authority.ca_pem(), own.key_pem, own.certificate_pem});
    return Health::NewStub(grpc::CreateCustomChannel("localhost:" + std::to_string(port_), tls, arguments));
  }

  static bool Answers(Health::Stub& stub) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    HealthCheckResponse response;
    const grpc::Status status = stub.Check(&context, {}, &response);
    EXPECT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << status.error_message();
    return status.ok() && response.status() == HealthCheckResponse::SERVING;
  }

  bool Serves(const testing::TestAuthority& authority, const testing::CertificateAndKey& own = {}) const {
    const auto stub = Connect(authority, own);
    return Answers(*stub);
  }

  const testing::TestAuthority before_;
  const testing::TestAuthority after_;
  HealthService service_;
  int port_ = 0;
  std::shared_ptr<ListenerCredentials> credentials_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(ListenerCredentialsTest, NewConnectionsSeeTheNewCertificateAndThoseThereGoOn) {
  Serve(Certificate(before_));
  const auto kept = Connect(before_);
  ASSERT_TRUE(Answers(*kept));
  ASSERT_FALSE(Serves(after_));
  for (int i = 0; i < 3; ++i) {
    credentials_->Use(Certificate(after_));
    EXPECT_TRUE(Serves(after_));
    EXPECT_FALSE(Serves(before_));
    credentials_->Use(Certificate(before_));
    EXPECT_TRUE(Serves(before_));
    EXPECT_FALSE(Serves(after_));
  }
  EXPECT_TRUE(Answers(*kept));
  EXPECT_FALSE(service_.peer_is_known);
}

TEST_F(ListenerCredentialsTest, AClientWithoutACertificateOfTheAuthorityIsNotLetIn) {
  const testing::TestAuthority clients;
  const testing::TestAuthority strangers;
  Serve(Certificate(before_, clients.ca_pem()));
  EXPECT_FALSE(Serves(before_));
  EXPECT_FALSE(Serves(before_, strangers.Issue()));
  EXPECT_TRUE(Serves(before_, clients.Issue()));
  EXPECT_TRUE(service_.peer_is_known);
}

TEST_F(ListenerCredentialsTest, TheClientsAuthorityIsReplacedWithTheCertificate) {
  const testing::TestAuthority clients;
  const testing::TestAuthority other_clients;
  Serve(Certificate(before_, clients.ca_pem()));
  ASSERT_TRUE(Serves(before_, clients.Issue()));
  credentials_->Use(Certificate(after_, other_clients.ca_pem()));
  EXPECT_TRUE(Serves(after_, other_clients.Issue()));
  EXPECT_FALSE(Serves(after_, clients.Issue()));
}

TEST_F(ListenerCredentialsTest, AReplacementWithoutAuthoritiesKeepsThoseThereAre) {
  const testing::TestAuthority clients;
  Serve(Certificate(before_, clients.ca_pem()));
  credentials_->Use(Certificate(after_));
  EXPECT_FALSE(Serves(after_));
  EXPECT_TRUE(Serves(after_, clients.Issue()));
}

TEST_F(ListenerCredentialsTest, AReplacementWithAuthoritiesAsksNobodyWhoWasNotAsked) {
  const testing::TestAuthority clients;
  Serve(Certificate(before_));
  credentials_->Use(Certificate(after_, clients.ca_pem()));
  EXPECT_TRUE(Serves(after_));
}

TEST_F(ListenerCredentialsTest, AClientOfPlainTextGetsNoAnswer) {
  Serve(Certificate(before_));
  const auto stub = Health::NewStub(
      grpc::CreateChannel("localhost:" + std::to_string(port_), grpc::InsecureChannelCredentials()));
  EXPECT_FALSE(Answers(*stub));
}

}  // namespace
}  // namespace spillway::server
