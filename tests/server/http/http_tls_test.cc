// The same server over TLS, with OpenSSL's client, its program, and curl.
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/server/http/http_stage.h"
#include "tests/server/http/raw_client.h"
#include "tests/server/http/tls_client.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificates.h"
#include "transport/server_tls_context.h"

namespace spillway::testing {
namespace {

using transport::ServerTlsContext;

constexpr char kGet[] = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

class HttpTls : public ::testing::Test {
 protected:
  std::shared_ptr<ServerTlsContext> Context(bool client_ca = false) const {
    const CertificateAndKey leaf = authority_.Issue();
    auto made = ServerTlsContext::Create({dir_.Write("cert.pem", leaf.certificate_pem),
                                          dir_.Write("key.pem", leaf.key_pem),
                                          client_ca ? dir_.Write("clients.pem", clients_.ca_pem()) : ""});
    EXPECT_TRUE(made.ok()) << made.status();
    return *made;
  }

  TlsClientOptions Trusting() const { return {.ca = authority_.ca_pem()}; }

  const TempDir dir_;
  const TestAuthority authority_;
  const TestAuthority clients_{"Authority of the clients"};
};

TEST_F(HttpTls, ServesOneRequestAfterTheOther) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    HttpStage stage(Echo, {}, Context());
    TlsClientOptions options = Trusting();
    options.max_version = version;
    TlsClient client(stage.port(), options);
    ASSERT_TRUE(client.handshake_ok());
    EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    for (int i = 0; i < 3; ++i) {
      client.Send(kGet);
      EXPECT_NE(client.ReadUntil("GET /a ").find("200 OK"), std::string::npos);
    }
  }
}

TEST_F(HttpTls, WhoHasConnectedBeforeTheDrainMayShakeHandsAndAsk) {
  HttpStage stage(Echo, {}, Context());
  TlsClientOptions options = Trusting();
  options.before_handshake = [&stage] {
    ASSERT_TRUE(stage.WaitForConnections(1));
    stage.Run([&] { stage.server().Drain([] {}); });
  };
  TlsClient client(stage.port(), options);
  ASSERT_TRUE(client.handshake_ok());
  client.Send(kGet);
  EXPECT_NE(client.ReadUntil("GET /a ").find("200 OK"), std::string::npos);
}

// Each request tells whom it is from.
void TellNames(const std::shared_ptr<HttpExchange>& exchange) {
  std::string names = "names:";
  for (const std::string& name : exchange->PeerNames()) names += " " + name;
  exchange->Answer({}, names + "!");
}

TEST_F(HttpTls, TheNamesOfAClientsCertificateAreKnown) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    HttpStage stage(TellNames, {}, Context(true));
    TlsClientOptions options = Trusting();
    options.max_version = version;
    options.certificate =
        clients_.Issue({.names = {"spiffe://here/checkout", "127.0.0.1", "checkout.example"}});
    TlsClient client(stage.port(), options);
    client.Send(kGet);
    const std::string names = "names: spiffe://here/checkout checkout.example!";
    EXPECT_NE(client.ReadUntil("!").find(names), std::string::npos);
    const transport::SslSessionPtr session = client.session();
    options.session = session.get();
    TlsClient again(stage.port(), options);
    EXPECT_TRUE(again.resumed());
    again.Send(kGet);
    EXPECT_NE(again.ReadUntil("!").find(names), std::string::npos) << "resumed";
  }
}

TEST_F(HttpTls, ACertificateThatNobodyAskedForHasNoNames) {
  HttpStage stage(TellNames, {}, Context());
  TlsClientOptions options = Trusting();
  options.certificate = clients_.Issue({.names = {"checkout.example"}});
  TlsClient client(stage.port(), options);
  client.Send(kGet);
  EXPECT_NE(client.ReadUntil("!").find("names:!"), std::string::npos);
}

TEST_F(HttpTls, LargeBodiesPassBothWays) {
  HttpStage stage(Echo, {}, Context());
  TlsClient client(stage.port(), Trusting());
  const std::string body = std::string(3'000'000, 'b') + "END";
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000003\r\n\r\n");
  client.Send(body);
  const std::string answer = client.ReadUntil("END");
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), "POST / " + body);
}

TEST_F(HttpTls, AgreesOnHttp1AndOnNothingElse) {
  HttpStage stage(Echo, {}, Context());
  TlsClientOptions options = Trusting();
  options.protocols = "\x02h2\x08http/1.1";
  EXPECT_EQ(TlsClient(stage.port(), options).protocol(), "http/1.1");
  options.protocols = "\x08http/1.0";
  EXPECT_EQ(TlsClient(stage.port(), options).protocol(), "http/1.0");
  options.protocols = "\x02h2";
  EXPECT_FALSE(TlsClient(stage.port(), options).handshake_ok());
  EXPECT_EQ(TlsClient(stage.port(), Trusting()).protocol(), "");
}

TEST_F(HttpTls, ResumesSessions) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const bool client_ca : {false, true}) {
      HttpStage stage(Echo, {}, Context(client_ca));
      TlsClientOptions options = Trusting();
      options.max_version = version;
      if (client_ca) options.certificate = clients_.Issue();
      transport::SslSessionPtr session;
      for (const bool again : {false, true}) {
        options.session = session.get();
        TlsClient client(stage.port(), options);
        client.Send(kGet);
        EXPECT_NE(client.ReadUntil("GET /a ").find("200 OK"), std::string::npos);
        EXPECT_EQ(client.resumed(), again) << client.version();
        session = client.session();
      }
    }
  }
}

TEST_F(HttpTls, ServesWhomTheAuthorityOfTheClientsHasSigned) {
  HttpStage stage(Echo, {}, Context(true));
  TlsClientOptions options = Trusting();
  options.certificate = clients_.Issue();
  TlsClient known(stage.port(), options);
  known.Send(kGet);
  EXPECT_NE(known.ReadUntil("GET /a ").find("200 OK"), std::string::npos);

  TlsClient none(stage.port(), Trusting());
  none.Send(kGet);
  EXPECT_EQ(none.ReadUntil("GET"), "");

  options.certificate = authority_.Issue();
  TlsClient other(stage.port(), options);
  other.Send(kGet);
  EXPECT_EQ(other.ReadUntil("GET"), "");
}

TEST_F(HttpTls, ANewContextIsForNewConnections) {
  HttpStage stage(Echo, {}, Context());
  TlsClient before(stage.port(), Trusting());
  const TestAuthority other;
  const CertificateAndKey leaf = other.Issue();
  auto made = ServerTlsContext::Create(
      {dir_.Write("cert2.pem", leaf.certificate_pem), dir_.Write("key2.pem", leaf.key_pem), ""});
  ASSERT_TRUE(made.ok());
  stage.Run([&] { stage.server().UseTls(*made); });
  EXPECT_TRUE(TlsClient(stage.port(), {.ca = other.ca_pem()}).handshake_ok());
  EXPECT_FALSE(TlsClient(stage.port(), Trusting()).handshake_ok());
  before.Send(kGet);
  EXPECT_NE(before.ReadUntil("GET /a ").find("200 OK"), std::string::npos);
}

TEST_F(HttpTls, EndsInOrderAndNotWhenAnAnswerBreaksOffThatLastsUntilTheEnd) {
  HttpStage stage(
      [](const auto& exchange) {
        exchange->Begin({});
        exchange->Write("part");
        if (exchange->request().path == "/whole") return exchange->End();
        exchange->BreakOff();
      },
      {}, Context());
  const auto ends_in_order = [&](const std::string& line) {
    TlsClient client(stage.port(), Trusting());
    client.Send(line + "\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(client.ReadUntil("no such text").find("part"), std::string::npos);
    return client.ended_in_order();
  };
  EXPECT_TRUE(ends_in_order("GET /whole HTTP/1.1"));
  EXPECT_TRUE(ends_in_order("GET /whole HTTP/1.0"));
  EXPECT_TRUE(ends_in_order("GET /part HTTP/1.1"));
  EXPECT_FALSE(ends_in_order("GET /part HTTP/1.0"));
}

TEST_F(HttpTls, AServerThatClosesInsideAnAnswerThatLastsUntilTheEndDoesNotEndInOrder) {
  const auto ends_in_order = [&](const std::string& line) {
    auto stage = std::make_unique<HttpStage>(
        [](const auto& exchange) {
          exchange->Begin({});
          exchange->Write("part");
        },
        HttpLimits{}, Context());
    TlsClient client(stage->port(), Trusting());
    client.Send(line + "\r\nHost: x\r\n\r\n");
    EXPECT_NE(client.ReadUntil("part").find("200 OK"), std::string::npos);
    stage.reset();
    client.ReadUntil("no such text");
    return client.ended_in_order();
  };
  // Here the missing last chunk tells.
  EXPECT_TRUE(ends_in_order("GET /part HTTP/1.1"));
  EXPECT_FALSE(ends_in_order("GET /part HTTP/1.0"));
}

TEST_F(HttpTls, AClientThatLeavesInAHandshakeOrAnAnswerIsNoticed) {
  Kept kept;
  HttpStage stage(std::ref(kept), {}, Context());
  {
    RawClient half(stage.port());
    half.Send("\x16\x03\x01");
    ASSERT_TRUE(stage.WaitForConnections(1));
  }
  EXPECT_TRUE(stage.WaitForConnections(0));
  {
    TlsClient client(stage.port(), Trusting());
    client.Send(kGet);
    ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  }
  EXPECT_TRUE(stage.WaitUntil([&] { return kept.gone == 1; }));
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST_F(HttpTls, AHandshakeThatDoesNotComeIsNotWaitedFor) {
  HttpLimits limits;
  limits.header_timeout = std::chrono::milliseconds(30);
  HttpStage stage(Echo, limits, Context());
  RawClient client(stage.port());
  client.Send("\x16\x03\x01");
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_TRUE(stage.WaitForConnections(0));
}

TEST_F(HttpTls, OpensslsProgramIsServed) {
  HttpStage stage(Echo, {}, Context());
  const std::string ca = dir_.Write("ca.pem", authority_.ca_pem());
  Subprocess openssl("/usr/bin/openssl",
                     {"s_client", "-connect", "127.0.0.1:" + std::to_string(stage.port()), "-CAfile", ca,
                      "-verify_return_error", "-alpn", "http/1.1", "-quiet", "-no_ign_eof"},
                     {.in = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"});
  EXPECT_EQ(openssl.Wait(), 0) << openssl.Errors();
}

TEST_F(HttpTls, CurlIsServed) {
  constexpr char kCurl[] = "/usr/bin/curl";
  if (access(kCurl, X_OK) != 0) GTEST_SKIP() << "curl is not installed";
  HttpStage stage(Echo, {}, Context());
  const std::string ca = dir_.Write("ca.pem", authority_.ca_pem());
  // Above 1 MiB curl asks whether to send a body (Expect).
  const std::string big = dir_.Write("big", std::string(2'000'000, 'b'));
  const std::string url = "https://localhost:" + std::to_string(stage.port());
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"-sS", "--max-time", "20", "--cacert", ca, "--noproxy", "*", "-o", "/dev/null", "-w",
                      "%{http_code} %{size_download} %{num_connects}\\n"});
    Subprocess curl(kCurl, arguments);
    EXPECT_EQ(curl.Wait(), 0) << curl.Errors();
    return curl.Lines();
  };
  EXPECT_EQ(run({url + "/a"}), std::vector<std::string>{"200 7 1"});
  EXPECT_EQ(run({"--data-binary", "@" + big, url + "/p"}), std::vector<std::string>{"200 2000008 1"});
  EXPECT_EQ(run({"--http1.0", url + "/a"}), std::vector<std::string>{"200 7 1"});
  EXPECT_EQ(run({"-H", "Transfer-Encoding: chunked", "-d", "hello", url + "/p"}),
            std::vector<std::string>{"200 13 1"});
}

}  // namespace
}  // namespace spillway::testing
