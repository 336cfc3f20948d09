// The same over TLS: whom the client trusts, what it says when it does not, and what it resumes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <utility>

#include "tests/support/test_certificates.h"
#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"

namespace spillway::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class Tls : public ::testing::Test {
 protected:
  Tls() {
    std::string name = (std::filesystem::temp_directory_path() / "spillway_tls_XXXXXX").string();
    close(mkstemp(name.data()));
    ca_file_ = name;
    std::ofstream(ca_file_) << authority_.ca_pem();
  }
  ~Tls() override { std::filesystem::remove(ca_file_); }

  transport::ClientOptions Options(std::uint16_t port, std::string host = "127.0.0.1") const {
    transport::ClientOptions options;
    options.origin = {.tls = true, .host = std::move(host), .port = port};
    options.ca_file = ca_file_;
    return options;
  }

  // The outcome of one exchange with a server of that certificate.
  std::string OutcomeWith(const CertificateAndKey& certificate, std::string host = "127.0.0.1",
                          std::string server_name = "", int max_tls_version = 0) const {
    ScriptedServer server({.certificate = certificate, .max_tls_version = max_tls_version},
                          [](Peer& peer, int) {
                            peer.ReadRequest();
                            peer.Write(OkResponse("sni=" + peer.sni()));
                          });
    auto options = Options(server.port(), std::move(host));
    options.server_name = std::move(server_name);
    return Describe(ClientHarness(options).Exchange());
  }

  TestAuthority authority_;
  std::string ca_file_;
};

void AnswerAll(Peer& peer, int connection) {
  while (!peer.ReadRequest().empty()) peer.Write(OkResponse(std::to_string(connection)));
}

TEST_F(Tls, ANameIsVerifiedAndSentAsSni) {
  EXPECT_EQ(OutcomeWith(authority_.Issue(), "localhost"), "200 sni=localhost");
}

TEST_F(Tls, AnAddressIsVerifiedAgainstAddressesAndNotSentAsSni) {
  EXPECT_EQ(OutcomeWith(authority_.Issue({.names = {"127.0.0.1"}})), "200 sni=");
  EXPECT_THAT(OutcomeWith(authority_.Issue({.names = {"localhost"}})),
              MatchesRegex("tls: .*hostname mismatch: the certificate is not for \"127\\.0\\.0\\.1\" .*"));
}

TEST_F(Tls, TheServerNameReplacesTheHost) {
  const auto certificate = authority_.Issue({.names = {"api.example.com"}});
  EXPECT_EQ(OutcomeWith(certificate, "127.0.0.1", "api.example.com"), "200 sni=api.example.com");
}

TEST_F(Tls, AWrongHostIsRefusedWithItsName) {
  const std::string outcome = OutcomeWith(authority_.Issue({.names = {"other.example"}}), "localhost");
  EXPECT_THAT(outcome, StartsWith("tls: TLS handshake failed: hostname mismatch: the certificate is not for "
                                  "\"localhost\" (localhost:"));
}

TEST_F(Tls, AWildcardStandsForOneLabel) {
  const auto certificate = authority_.Issue({.names = {"*.example.com"}});
  EXPECT_EQ(OutcomeWith(certificate, "127.0.0.1", "api.example.com"), "200 sni=api.example.com");
  EXPECT_THAT(OutcomeWith(certificate, "127.0.0.1", "a.b.example.com"), HasSubstr("hostname mismatch"));
}

TEST_F(Tls, AnExpiredCertificateIsRefused) {
  const auto expired =
      authority_.Issue({.not_before = -std::chrono::hours(48), .not_after = -std::chrono::hours(1)});
  EXPECT_THAT(OutcomeWith(expired), HasSubstr("certificate has expired (127.0.0.1:"));
}

TEST_F(Tls, ACertificateOfTheFutureIsRefused) {
  const auto early =
      authority_.Issue({.not_before = std::chrono::hours(1), .not_after = std::chrono::hours(2)});
  EXPECT_THAT(OutcomeWith(early), HasSubstr("certificate is not yet valid"));
}

TEST_F(Tls, AnUnknownAuthorityIsRefused) {
  EXPECT_THAT(OutcomeWith(TestAuthority("somebody else").Issue()),
              HasSubstr("signed by an unknown authority"));
}

TEST_F(Tls, WithoutACaFileTheSystemDecides) {
  ScriptedServer server({.certificate = authority_.Issue()}, AnswerAll);
  auto options = Options(server.port());
  options.ca_file.clear();
  EXPECT_THAT(Describe(ClientHarness(options).Exchange()), HasSubstr("unknown authority"));
  setenv("SSL_CERT_FILE", ca_file_.c_str(), 1);
  EXPECT_THAT(Describe(ClientHarness(options).Exchange()), StartsWith("200 "));
  unsetenv("SSL_CERT_FILE");
}

TEST_F(Tls, VersionsBelow12AreRefused) {
  EXPECT_THAT(OutcomeWith(authority_.Issue(), "127.0.0.1", "", TLS1_1_VERSION),
              MatchesRegex("tls: TLS handshake failed: .*version.*"));
  EXPECT_EQ(OutcomeWith(authority_.Issue(), "127.0.0.1", "", TLS1_2_VERSION), "200 sni=");
}

TEST_F(Tls, AServerThatSpeaksNoTlsIsATlsError) {
  ScriptedServer server([](Peer& peer, int) {
    peer.ReadSome(1000);
    peer.Write("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  EXPECT_THAT(Describe(ClientHarness(Options(server.port())).Exchange()),
              StartsWith("tls: TLS handshake failed"));
}

TEST_F(Tls, AnAlertAfterOurPartOfTheHandshakeIsATlsError) {
  ScriptedServer server({.certificate = authority_.Issue(), .require_client_certificate = true}, AnswerAll);
  EXPECT_THAT(Describe(ClientHarness(Options(server.port())).Exchange()),
              MatchesRegex("tls: TLS failed: .*certificate required .*"));
}

TEST_F(Tls, ACloseInTheHandshakeIsATlsError) {
  ScriptedServer server([](Peer& peer, int) { peer.ReadSome(1000); });
  EXPECT_THAT(Describe(ClientHarness(Options(server.port())).Exchange()),
              StartsWith("tls: TLS handshake failed"));
}

TEST_F(Tls, ASilentHandshakeEndsAtTheDeadline) {
  ScriptedServer server([](Peer& peer, int) {
    peer.ReadSome(1000);
    peer.WaitForClose();
  });
  const auto result = ClientHarness(Options(server.port())).TimeOutInside([](const auto& got) {
    return Describe(got).find("handshake") != std::string::npos;
  });
  EXPECT_THAT(Describe(result), StartsWith("timeout: timed out waiting for the TLS handshake"));
}

TEST_F(Tls, AConnectionIsReused) {
  ScriptedServer server({.certificate = authority_.Issue()}, AnswerAll);
  ClientHarness harness(Options(server.port()));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(harness.Exchange().timing.reused_connection, i > 0);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(Tls, SessionsAreResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    ScriptedServer server(
        {.certificate = authority_.Issue(), .max_tls_version = version}, [](Peer& peer, int) {
          peer.ReadRequest();
          peer.Write(OkResponse(peer.resumed() ? "resumed" : "full", "Connection: close\r\n"));
        });
    ClientHarness harness(Options(server.port()));
    EXPECT_EQ(Describe(harness.Exchange()), "200 full");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Describe(harness.Exchange()), "200 resumed");
    ClientHarness other(Options(server.port()));
    EXPECT_EQ(Describe(other.Exchange()), "200 full") << "sessions are not shared between clients";
  }
}

TEST_F(Tls, AConnectionThatDiedUnseenIsReplacedUnnoticed) {
  for (const auto& [finish, reset] : {std::pair(true, false), {false, true}, {true, true}}) {
    std::promise<void> answered;
    std::promise<void> dead;
    auto was_answered = answered.get_future();
    ScriptedServer server({.certificate = authority_.Issue()},
                          [&, finish = finish, reset = reset](Peer& peer, int connection) {
                            peer.ReadRequest();
                            peer.Write(OkResponse(std::to_string(connection)));
                            if (connection > 0) return;
                            was_answered.wait();
                            if (finish) peer.Finish();
                            if (reset) peer.Reset();
                            dead.set_value();
                            peer.WaitForClose();
                          });
    ClientHarness harness(Options(server.port()));
    harness.Exchange();
    answered.set_value();
    dead.get_future().wait();
    EXPECT_EQ(Describe(harness.Exchange()), "200 1");
  }
}

TEST_F(Tls, ACloseWhileIdleIsNoticedAndTicketsAreNot) {
  std::promise<void> go;
  auto may_go = go.get_future();
  ScriptedServer server({.certificate = authority_.Issue()}, [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(OkResponse("ok"));
    may_go.wait();
  });
  ClientHarness harness(Options(server.port()));
  harness.Exchange();
  harness.io.run_for(std::chrono::milliseconds(20));
  EXPECT_EQ(harness.client->connections().idle, 1u);
  go.set_value();
  EXPECT_TRUE(harness.RunUntil([&] { return harness.client->connections().idle == 0; }));
}

TEST_F(Tls, ABodyDelimitedByTheEndNeedsCloseNotify) {
  for (const bool in_order : {true, false}) {
    ScriptedServer server({.certificate = authority_.Issue()}, [&](Peer& peer, int) {
      peer.ReadRequest();
      peer.Write("HTTP/1.1 200 OK\r\n\r\nall of it?");
      in_order ? peer.Finish() : peer.CutOff();
    });
    const std::string outcome = Describe(ClientHarness(Options(server.port())).Exchange());
    if (in_order) {
      EXPECT_EQ(outcome, "200 all of it?");
    } else {
      EXPECT_THAT(outcome, HasSubstr("reset_during_response: the connection broke inside the answer: "
                                     "the connection was closed without close_notify"));
    }
  }
}

TEST_F(Tls, AResetBeforeAndWithinTheAnswerIsToldApart) {
  for (const bool before : {true, false}) {
    ScriptedServer server({.certificate = authority_.Issue()}, [&](Peer& peer, int) {
      peer.ReadRequest();
      if (!before) peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
      peer.CutOff();
    });
    EXPECT_THAT(Describe(ClientHarness(Options(server.port())).Exchange()),
                StartsWith(before ? "reset_before_response" : "reset_during_response"));
  }
}

TEST_F(Tls, LargeBodiesPassBothWays) {
  std::promise<std::size_t> size;
  ScriptedServer server({.certificate = authority_.Issue()}, [&](Peer& peer, int) {
    size.set_value(peer.ReadRequest().size());
    peer.Write(OkResponse(std::string(3'000'000, 'r')));
  });
  ClientHarness harness(Options(server.port()));
  const auto result = harness.Exchange(ClientHarness::Request(std::string(8'000'000, 'q')));
  EXPECT_EQ(Describe(result), "200 " + std::string(3'000'000, 'r'));
  EXPECT_GT(size.get_future().get(), 8'000'000u);
}

TEST_F(Tls, CancelClosesThePeersSocket) {
  std::promise<void> asked;
  std::promise<bool> closed;
  const auto was_asked = asked.get_future();
  ScriptedServer server({.certificate = authority_.Issue()}, [&](Peer& peer, int) {
    peer.ReadRequest();
    asked.set_value();
    closed.set_value(peer.WaitForClose());
  });
  ClientHarness harness(Options(server.port()));
  std::optional<transport::ExchangeResult> result;
  const auto id = harness.Start(&result);
  ASSERT_TRUE(harness.RunUntil(
      [&] { return was_asked.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
  harness.client->Cancel(id);
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_TRUE(harness.RunUntil([&] { return result.has_value(); }));
}

TEST_F(Tls, CreateRefusesACaFileItCannotUse) {
  boost::asio::io_context io;
  auto options = Options(1);
  options.ca_file = "/no/such/file.pem";
  const auto missing = transport::HttpClient::Create(io, options).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("\"/no/such/file.pem\" cannot be read"));
  std::ofstream(ca_file_) << "nothing like a certificate\n";
  const auto empty = transport::HttpClient::Create(io, Options(1)).status();
  EXPECT_EQ(empty.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(empty.message()), HasSubstr("holds no readable PEM certificate"));
}

}  // namespace
}  // namespace spillway::testing
