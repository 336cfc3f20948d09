// Callers that are known by the certificates of their connections.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/error_details.h"
#include "tests/e2e/callers_scene.h"
#include "tests/e2e/door_call.h"
#include "tests/e2e/raw_call.h"
#include "tests/server/http/tls_client.h"
#include "tests/support/test_certificates.h"

namespace spillway::e2e {
namespace {

using ::testing::HasSubstr;

using Names = std::vector<std::string>;

class ClientCertificateTest : public ::testing::Test {
 protected:
  ClientCertificateTest() {
    const testing::CertificateAndKey pair = authority_.Issue();
    const std::string tls =
        absl::StrCat("tls: {cert_file: \"", dir_.Write("tls.crt", pair.certificate_pem), "\", key_file: \"",
                     dir_.Write("tls.key", pair.key_pem), "\", client_ca_file: \"",
                     dir_.Write("ca.crt", clients_.ca_pem()), "\"}");
    server_.emplace(
        absl::StrCat("server:\n  grpc: {address: \"127.0.0.1:0\", ", tls,
                     "}\n  openai: {address: \"127.0.0.1:0\", ", tls,
                     "}\n  admin: {address: \"127.0.0.1:0\"}\ncallers:\n  - {name: checkout, key_sha256: ",
                     testing::KeyDigest(kCheckoutKey),
                     ", san: [\"spiffe://here/checkout\", checkout.example]}\n"
                     "  - {name: ci, san: [\"spiffe://here/ci\"], models: [gpt-4o-mini]}\n"
                     "providers: [{name: openai, api: openai}]\nendpoints:\n"
                     "  - {name: live, provider: openai, primary: true, api_key: {env: LIVE_KEY}, url: \"",
                     sim_.url("live"), "/v1\"}\n"),
        std::map<std::string, std::string>{{"LIVE_KEY", kPrimaryKey}});
  }

  // The answer's status and body at the door, to a client with a certificate of those names.
  std::string Door(const Names& names, const std::string& headers = "", int requests = 1) const {
    testing::TlsClientOptions options;
    options.ca = authority_.ca_pem();
    options.certificate = clients_.Issue({.names = names});
    testing::TlsClient client(static_cast<std::uint16_t>(server_->ports().openai), options);
    std::string answer;
    for (int i = 0; i < requests; ++i) {
      client.Send(ChatRequestBytes(HelloBody(), headers));
      answer = client.ReadUntil("}}");
    }
    return answer;
  }

  grpc::Status Grpc(const Names& names, const std::string& key = "",
                    const std::string& model = "gpt-4o") const {
    const testing::CertificateAndKey pair = clients_.Issue({.names = names});
    const auto channel =
        grpc::CreateChannel(absl::StrCat("localhost:", server_->ports().grpc),
                            grpc::SslCredentials({authority_.ca_pem(), pair.key_pem, pair.certificate_pem}));
    grpc::ClientContext context;
    SetPatience(context);
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    v1::ChatResponse response;
    return v1::RouterService::NewStub(channel)->Chat(&context, TestCall(model), &response);
  }

  // Who the latest call was from.
  std::string LoggedCaller(std::size_t calls) const {
    const boost::json::object line = logs_.WaitForEvents("call", calls).back();
    return line.contains("caller") ? std::string(line.at("caller").as_string()) : "";
  }

  testing::LogCapture logs_;
  testing::TempDir dir_;
  const testing::TestAuthority authority_;
  const testing::TestAuthority clients_{"Authority of the clients"};
  sim::Simulator sim_{Providers({"live"})};
  std::optional<testing::TestServer> server_;
};

TEST_F(ClientCertificateTest, AtTheDoorItIsTheCaller) {
  EXPECT_THAT(Door({"spiffe://here/checkout"}), HasSubstr("200 OK"));
  EXPECT_EQ(LoggedCaller(1), "checkout");
  EXPECT_THAT(Door({"other.example", "checkout.example"}, "", 3), HasSubstr("200 OK"));
  EXPECT_EQ(LoggedCaller(4), "checkout");
  EXPECT_THAT(Door({"spiffe://here/ci"}), HasSubstr("403"));
  EXPECT_EQ(LoggedCaller(5), "ci");
}

TEST_F(ClientCertificateTest, AtTheDoorAKeyDecides) {
  const std::string key = absl::StrCat("authorization: Bearer ", kCheckoutKey, "\r\n");
  EXPECT_THAT(Door({"spiffe://here/ci"}, key), HasSubstr("200 OK"));
  EXPECT_EQ(LoggedCaller(1), "checkout");
  EXPECT_THAT(Door({"spiffe://here/checkout"}, "api-key: wrong\r\n"), HasSubstr("401"));
}

TEST_F(ClientCertificateTest, AtTheDoorStrangersAreTurnedAway) {
  EXPECT_THAT(Door({"stranger.example"}), HasSubstr("no caller has this client certificate"));
  EXPECT_THAT(Door({"spiffe://here/ci", "checkout.example"}), HasSubstr("more than one caller"));
  // With a body that is not waited for.
  EXPECT_THAT(Door({"stranger.example"}, "expect: 100-continue\r\n"), HasSubstr("401"));
  EXPECT_TRUE(sim_.Log().empty());
}

TEST_F(ClientCertificateTest, ByGrpcItIsTheCaller) {
  EXPECT_TRUE(Grpc({"spiffe://here/checkout"}).ok());
  EXPECT_EQ(LoggedCaller(1), "checkout");
  EXPECT_TRUE(Grpc({"checkout.example", "127.0.0.1"}).ok());
  EXPECT_EQ(LoggedCaller(2), "checkout");
  EXPECT_EQ(Grpc({"spiffe://here/ci"}).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(LoggedCaller(3), "ci");
  EXPECT_TRUE(Grpc({"spiffe://here/ci"}, "", "gpt-4o-mini").ok());
}

TEST_F(ClientCertificateTest, ByGrpcAKeyDecides) {
  EXPECT_TRUE(Grpc({"spiffe://here/ci"}, kCheckoutKey).ok());
  EXPECT_EQ(LoggedCaller(1), "checkout");
  const grpc::Status status = Grpc({"spiffe://here/checkout"}, "wrong");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(status.error_message(), "no caller has this key");
}

TEST_F(ClientCertificateTest, ByGrpcStrangersAreTurnedAway) {
  for (const auto& [names, reason] :
       {std::pair<Names, const char*>{{"stranger.example"}, "UNKNOWN_CERTIFICATE"},
        {{"spiffe://here/ci", "checkout.example"}, "AMBIGUOUS_CERTIFICATE"},
        {{"127.0.0.1"}, "MISSING_KEY"}}) {
    const grpc::Status status = Grpc(names);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(ReasonOf(client::ParseErrorDetails(status.error_details())), reason);
  }
  EXPECT_TRUE(sim_.Log().empty());
}

}  // namespace
}  // namespace spillway::e2e
