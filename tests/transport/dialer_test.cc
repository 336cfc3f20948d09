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

TEST(Dialer, CancelledItCallsNobody) {
  asio::io_context io;
  const auto dialer = std::make_shared<Dialer>(io, [](std::variant<Socket, Error>) { FAIL(); });
  dialer->Dial({.tls = false, .host = "localhost", .port = UnusedPort()});
  dialer->Cancel();
  io.run();
}

}  // namespace
}  // namespace spillway::transport
