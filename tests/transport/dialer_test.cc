#include "transport/dialer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/transport/scripted_server.h"

namespace spillway::transport {
namespace {

using ::testing::HasSubstr;
using testing::ScriptedServer;
using testing::UnusedPort;

Tcp::endpoint Loopback(std::uint16_t port) { return {asio::ip::make_address("127.0.0.1"), port}; }

std::variant<Socket, Error> DialAll(std::vector<Tcp::endpoint> addresses, asio::io_context& io) {
  std::optional<std::variant<Socket, Error>> outcome;
  const auto dialer =
      std::make_shared<Dialer>(io, [&](std::variant<Socket, Error> got) { outcome.emplace(std::move(got)); });
  dialer->DialAddresses(std::move(addresses));
  EXPECT_FALSE(outcome.has_value()) << "not from inside";
  io.run();
  return *std::move(outcome);
}

TEST(Dialer, ARefusedAddressGivesWayToTheNext) {
  ScriptedServer server([](testing::Peer& peer, int) { peer.WaitForClose(); });
  asio::io_context io;
  auto outcome = DialAll({Loopback(UnusedPort()), Loopback(UnusedPort()), Loopback(server.port())}, io);
  ASSERT_TRUE(std::holds_alternative<Socket>(outcome));
  EXPECT_EQ(std::get<Socket>(outcome).remote_endpoint().port(), server.port());
}

TEST(Dialer, WhenAllRefuseItSaysSo) {
  asio::io_context io;
  const auto outcome = DialAll({Loopback(UnusedPort()), Loopback(UnusedPort())}, io);
  ASSERT_TRUE(std::holds_alternative<Error>(outcome));
  EXPECT_EQ(std::get<Error>(outcome).kind, ErrorKind::kRefused);
  EXPECT_THAT(std::get<Error>(outcome).message, HasSubstr("Connection refused at the last of 2 addresses"));
}

std::variant<Socket, Error> DialHost(const std::string& host, std::uint16_t port, asio::io_context& io) {
  std::optional<std::variant<Socket, Error>> outcome;
  const auto dialer =
      std::make_shared<Dialer>(io, [&](std::variant<Socket, Error> got) { outcome.emplace(std::move(got)); });
  dialer->Dial({.tls = false, .host = host, .port = port});
  EXPECT_FALSE(outcome.has_value()) << "not from inside";
  io.run();
  return *std::move(outcome);
}

LookUp Says(const std::vector<std::string>& addresses) {
  return [addresses](const std::string&) {
    LookUpAnswer answer;
    for (const std::string& one : addresses) answer.addresses.push_back(asio::ip::make_address(one));
    return answer;
  };
}

TEST(Dialer, ALinkLocalAddressIsNotDialledWhateverNamesIt) {
  for (const char* address : {"169.254.169.254", "::ffff:169.254.169.254", "fe80::1"}) {
    for (const char* host : {address, "metadata.example"}) {
      asio::io_context io;
      NameResolver::Make(io, {.look_up = Says({address, address})});
      const auto outcome = DialHost(host, 80, io);
      ASSERT_TRUE(std::holds_alternative<Error>(outcome)) << host;
      EXPECT_EQ(std::get<Error>(outcome).kind, ErrorKind::kRefused);
      EXPECT_EQ(std::get<Error>(outcome).message, "the host resolves to a link-local address") << host;
    }
  }
}

TEST(Dialer, OfANamesAddressesALinkLocalOneIsPassedOver) {
  ScriptedServer server([](testing::Peer& peer, int) { peer.WaitForClose(); });
  asio::io_context io;
  NameResolver::Make(io, {.look_up = Says({"169.254.169.254", "127.0.0.1"})});
  auto outcome = DialHost("api.example", server.port(), io);
  ASSERT_TRUE(std::holds_alternative<Socket>(outcome));
  EXPECT_EQ(std::get<Socket>(outcome).remote_endpoint().address().to_string(), "127.0.0.1");
}

TEST(Dialer, CancelledItCallsNobody) {
  asio::io_context io;
  const auto dialer = std::make_shared<Dialer>(io, [](std::variant<Socket, Error>) { FAIL(); });
  dialer->Dial({.tls = false, .host = "localhost", .port = UnusedPort()});
  dialer->Cancel();
  io.run();
}

}  // namespace
}  // namespace spillway::transport
