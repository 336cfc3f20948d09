#include "tests/sim/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/raw_client.h"

namespace spillway::sim {
namespace {

using ::testing::HasSubstr;

constexpr char kPath[] = "/v1/chat/completions";

SimulatorOptions Of(std::initializer_list<const char*> flags) {
  SimulatorOptions options;
  for (const char* flag : flags) options.personalities.push_back(ParsePersonalityFlag("openai", flag));
  return options;
}

std::string ErrorOf(SimulatorOptions options) {
  try {
    Simulator simulator(std::move(options));
  } catch (const InvalidConfig& error) {
    return error.what();
  }
  return "";
}

// What goes wrong when connecting with TLS; "" if nothing does.
std::string HandshakeError(const Simulator& simulator, const std::string& personality) {
  try {
    RawClient client(simulator.port(personality), simulator.ca_pem());
  } catch (const boost::system::system_error& error) {
    return error.what();
  }
  return "";
}

TEST(SimulatorTest, PersonalitiesAnswerEachOnItsPort) {
  Simulator simulator(Of({"primary,model=gpt-4o", "backup,model=o3"}));
  EXPECT_EQ(RawClient(simulator.port("primary")).Post(kPath, ChatBody("hi", "gpt-4o")).response.status, 200);
  EXPECT_EQ(RawClient(simulator.port("backup")).Post(kPath, ChatBody("hi", "gpt-4o")).response.status, 404);
  EXPECT_EQ(simulator.Log({.personality = "backup"}).size(), 1u);
}

TEST(SimulatorTest, OnlyChatCallsConsumeTheScript) {
  Simulator simulator(Of({"p,fault=reset,fault=ok"}));
  RawClient client(simulator.port("p"));
  EXPECT_EQ(client.Get("/v1/models").response.status, 200);
  EXPECT_EQ(client.Get("/nothing").response.status, 404);
  EXPECT_EQ(client.Post(kPath, ChatBody("hi")).end, End::kReset);
  EXPECT_EQ(RawClient(simulator.port("p")).Post(kPath, ChatBody("hi")).response.status, 200);
}

TEST(SimulatorTest, TlsNeedsTheAuthority) {
  Simulator simulator(Of({"p,tls"}));
  EXPECT_EQ(HandshakeError(simulator, "p"), "");
  Simulator other(Of({"p,tls"}));
  EXPECT_THROW(RawClient(simulator.port("p"), other.ca_pem()), boost::system::system_error);
}

TEST(SimulatorTest, TlsCanBeFaulty) {
  Simulator simulator(
      Of({"expired,tls=expired", "elsewhere,tls=wrong_name", "nobody,tls=untrusted", "refusing,tls=refuse"}));
  for (const char* name : {"expired", "elsewhere", "nobody"}) {
    EXPECT_THAT(HandshakeError(simulator, name), HasSubstr("certificate verify failed")) << name;
  }
  EXPECT_THAT(HandshakeError(simulator, "refusing"), HasSubstr("handshake failure"));
}

TEST(SimulatorTest, AGivenCertificateIsShown) {
  const testing::TestAuthority authority;
  SimulatorOptions options = Of({"p,tls"});
  options.certificate = authority.Issue();
  Simulator simulator(std::move(options));
  EXPECT_EQ(simulator.ca_pem(), "");
  EXPECT_EQ(RawClient(simulator.port("p"), authority.ca_pem()).Get("/v1/models").response.status, 200);
}

TEST(SimulatorTest, PortsJsonNamesEveryAddress) {
  SimulatorOptions options = Of({"p"});
  options.control = "127.0.0.1:0";
  Simulator simulator(std::move(options));
  const boost::json::value ports = boost::json::parse(simulator.PortsJson());
  EXPECT_EQ(ports.at("p"), simulator.address("p").c_str());
  EXPECT_EQ(ports.at("control"), simulator.control_address().c_str());
}

TEST(SimulatorTest, MistakesAreErrors) {
  Simulator taken(Of({"p"}));
  EXPECT_THAT(ErrorOf(Of({("q=" + taken.address("p")).c_str()})),
              HasSubstr("q.listen: " + taken.address("p")));
  EXPECT_THAT(ErrorOf(Of({"p", "p"})), HasSubstr("two personalities are called \"p\""));
  EXPECT_THAT(ErrorOf(Of({"control"})), HasSubstr("\"control\" is the control endpoint's name"));
  SimulatorOptions bad_certificate = Of({"p,tls"});
  bad_certificate.certificate = testing::CertificateAndKey{"nonsense", "nonsense"};
  EXPECT_THAT(ErrorOf(std::move(bad_certificate)), HasSubstr("certificate: "));
  EXPECT_THROW(taken.SetScript("nobody", "ok"), InvalidConfig);
  EXPECT_THROW(taken.SetScript("p", "meteor"), InvalidConfig);
}

TEST(SimulatorTest, WhatIsNotARequestIsRefused) {
  Simulator simulator(Of({"p"}));
  RawClient nonsense(simulator.port("p"));
  nonsense.Send("nonsense\r\n\r\n");
  EXPECT_EQ(nonsense.Read().response.status, 400);
  RawClient huge(simulator.port("p"));
  huge.Send("POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n");
  EXPECT_EQ(huge.Read().response.status, 413);
  EXPECT_TRUE(simulator.Log().empty());
}

TEST(SimulatorTest, BodiesOfManyMebibytesAreRead) {
  Simulator simulator(Of({"p"}));
  const std::string body = ChatBody(std::string(8 * 1024 * 1024, 'x'));
  EXPECT_EQ(RawClient(simulator.port("p")).Post(kPath, body).response.status, 200);
  EXPECT_EQ(simulator.Log()[0].request_bytes, body.size());
}

TEST(SimulatorTest, StopEndsConnectionsInWhateverState) {
  Simulator simulator(Of({"plain,fault=silence", "tls,tls,fault=ok:delay_ms=3600000"}));
  RawClient idle(simulator.port("plain"));
  RawClient silent(simulator.port("plain"));
  RawClient delayed(simulator.port("tls"), simulator.ca_pem());
  silent.Send(PostBytes(kPath, ChatBody("hi")));
  delayed.Send(PostBytes(kPath, ChatBody("hi")));
  ASSERT_TRUE(simulator.WaitForLog([](const auto& entries) { return entries.size() == 2; }));
  simulator.Stop();
  simulator.Stop();
  EXPECT_NE(idle.ReadToEnd().end, End::kNone);
  EXPECT_EQ(silent.ReadToEnd().bytes, "");
  EXPECT_EQ(delayed.ReadToEnd().bytes, "");
  EXPECT_EQ(simulator.Log().size(), 2u);
}

TEST(SimulatorTest, HoldsHundredsOfSilentConnections) {
  // Both ends are in this process, whose limit may be 1,024 descriptors.
  constexpr std::size_t kConnections = 400;
  Simulator simulator(Of({"p,fault=silence"}));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kConnections; ++i) {
    clients.push_back(std::make_unique<RawClient>(simulator.port("p")));
    clients.back()->Send(PostBytes(kPath, ChatBody("hi")));
  }
  ASSERT_TRUE(simulator.WaitForLog([](const auto& entries) { return entries.size() == kConnections; }));
  clients.clear();
  EXPECT_TRUE(simulator.WaitForLog([](const auto& entries) {
    return std::all_of(entries.begin(), entries.end(), [](const LogEntry& entry) { return entry.done; });
  }));
}

}  // namespace
}  // namespace spillway::sim
