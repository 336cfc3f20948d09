// Cancellation, destruction, and what handlers may do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"

namespace spillway::testing {
namespace {

using ::testing::StartsWith;
using transport::ExchangeResult;

// Reads a request, answers nothing and reports the client's close.
ScriptedServer::Script Silent(std::promise<void>* asked, std::promise<bool>* closed) {
  return [=](Peer& peer, int) {
    peer.ReadRequest();
    asked->set_value();
    closed->set_value(peer.WaitForClose());
  };
}

bool IsReady(const std::future<void>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

TEST(Lifetime, CancelClosesThePeersSocketAndTellsTheHandlerLater) {
  std::promise<void> asked;
  std::promise<bool> closed;
  const auto was_asked = asked.get_future();
  ScriptedServer server(Silent(&asked, &closed));
  ClientHarness harness(ClientHarness::Plain(server.port()));
  std::optional<ExchangeResult> result;
  const auto id = harness.Start(&result);
  ASSERT_TRUE(harness.RunUntil([&] { return IsReady(was_asked); }));
  harness.client->Cancel(id);
  EXPECT_TRUE(closed.get_future().get()) << "at once: the loop has not run since";
  EXPECT_FALSE(result.has_value()) << "not from inside Cancel";
  EXPECT_EQ(harness.client->connections().active, 0u);
  ASSERT_TRUE(harness.RunUntil([&] { return result.has_value(); }));
  EXPECT_THAT(Describe(*result), StartsWith("cancelled"));
}

TEST(Lifetime, CancelWorksBeforeTheConnectionIsMade) {
  ScriptedServer server([](Peer& peer, int) { peer.WaitForClose(); });
  for (const char* host : {"127.0.0.1", "localhost"}) {
    ClientHarness harness(ClientHarness::Plain(server.port(), host));
    std::optional<ExchangeResult> result;
    harness.client->Cancel(harness.Start(&result));
    ASSERT_TRUE(harness.RunUntil([&] { return result.has_value(); }));
    EXPECT_THAT(Describe(*result), StartsWith("cancelled"));
  }
}

TEST(Lifetime, CancelOfAFinishedOrUnknownExchangeDoesNothing) {
  ScriptedServer server([](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) peer.Write(OkResponse("ok"));
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  int calls = 0;
  const auto id = harness.client->Send(ClientHarness::Request(), ClientHarness::In(std::chrono::seconds(20)),
                                       [&](ExchangeResult) { ++calls; });
  ASSERT_TRUE(harness.RunUntil([&] { return calls == 1; }));
  harness.client->Cancel(id);
  harness.client->Cancel(id);
  harness.client->Cancel(0);
  harness.client->Cancel(12345);
  EXPECT_EQ(Describe(harness.Exchange()), "200 ok");
  EXPECT_EQ(calls, 1);
}

TEST(Lifetime, DestructionCancelsWhatIsInFlightOnceEach) {
  std::promise<void> asked;
  std::promise<bool> closed;
  const auto was_asked = asked.get_future();
  ScriptedServer server(Silent(&asked, &closed));
  ClientHarness harness(ClientHarness::Plain(server.port()));
  std::vector<std::string> told;
  const auto send = [&](HttpRequest request) {
    return harness.client->Send(std::move(request), ClientHarness::In(std::chrono::seconds(20)),
                                [&](ExchangeResult result) { told.push_back(Describe(result)); });
  };
  send(ClientHarness::Request());
  ASSERT_TRUE(harness.RunUntil([&] { return IsReady(was_asked); }));
  HttpRequest bad = ClientHarness::Request();
  bad.path = "no slash";
  send(bad);
  ASSERT_TRUE(told.empty());
  harness.client.reset();
  EXPECT_THAT(told, ::testing::UnorderedElementsAre(StartsWith("cancelled"), StartsWith("malformed")));
  EXPECT_TRUE(closed.get_future().get());
  harness.io.poll();
  EXPECT_EQ(told.size(), 2u);
}

TEST(Lifetime, DestructionWhileConnectingCancels) {
  ClientHarness harness(ClientHarness::Plain(UnusedPort(), "localhost"));
  std::optional<ExchangeResult> result;
  harness.Start(&result);
  harness.client.reset();
  ASSERT_TRUE(result.has_value());
  EXPECT_THAT(Describe(*result), StartsWith("cancelled"));
  // What is still pending finds nobody to tell.
  harness.io.run();
}

TEST(Lifetime, SendDuringDestructionDoesNothing) {
  ScriptedServer server([](Peer& peer, int) { peer.WaitForClose(); });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  std::optional<transport::ExchangeId> id;
  transport::HttpClient* const client = harness.client.get();
  client->Send(ClientHarness::Request(), ClientHarness::In(std::chrono::seconds(20)), [&](ExchangeResult) {
    id = client->Send(ClientHarness::Request(), ClientHarness::In(std::chrono::seconds(20)),
                      [](ExchangeResult) { FAIL() << "must not be called"; });
  });
  harness.client.reset();
  EXPECT_EQ(id, 0u);
  harness.io.poll();
}

TEST(Lifetime, AHandlerMaySendAgain) {
  ScriptedServer server([](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) peer.Write(OkResponse("ok"));
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  std::optional<ExchangeResult> second;
  harness.client->Send(ClientHarness::Request(), ClientHarness::In(std::chrono::seconds(20)),
                       [&](ExchangeResult) { harness.Start(&second); });
  ASSERT_TRUE(harness.RunUntil([&] { return second.has_value(); }));
  EXPECT_EQ(Describe(*second), "200 ok");
  EXPECT_TRUE(second->timing.reused_connection) << "the connection is free before the handler is called";
  EXPECT_EQ(server.accepted(), 1);
}

TEST(Lifetime, AHandlerMayCancelAnother) {
  ScriptedServer server([](Peer& peer, int) {
    const std::string request = peer.ReadRequest();
    if (request.find("slow") != std::string::npos) {
      peer.WaitForClose();
    } else {
      peer.Write(OkResponse("ok"));
    }
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  std::optional<ExchangeResult> slow;
  const auto id = harness.Start(&slow, ClientHarness::Request("slow"));
  harness.client->Send(ClientHarness::Request(), ClientHarness::In(std::chrono::seconds(20)),
                       [&](ExchangeResult) { harness.client->Cancel(id); });
  ASSERT_TRUE(harness.RunUntil([&] { return slow.has_value(); }));
  EXPECT_THAT(Describe(*slow), StartsWith("cancelled"));
}

// However an exchange ends, its handler may destroy the client, whose other exchange is cancelled.
void DestroyFromHandler(std::uint16_t port, HttpRequest request, std::chrono::milliseconds time,
                        bool cancel) {
  ClientHarness harness(ClientHarness::Plain(port));
  std::optional<ExchangeResult> other;
  harness.Start(&other, ClientHarness::Request("slow"));
  bool told = false;
  const auto id = harness.client->Send(std::move(request), ClientHarness::In(time), [&](ExchangeResult) {
    told = true;
    harness.client.reset();
  });
  if (cancel) harness.client->Cancel(id);
  ASSERT_TRUE(harness.RunUntil([&] { return told; }));
  ASSERT_TRUE(other.has_value());
  EXPECT_THAT(Describe(*other), StartsWith("cancelled"));
  harness.io.run();
}

TEST(Lifetime, AHandlerMayDestroyTheClient) {
  ScriptedServer server([](Peer& peer, int) {
    const std::string request = peer.ReadRequest();
    if (request.find("slow") != std::string::npos) {
      peer.WaitForClose();
    } else if (request.find("break") == std::string::npos) {
      peer.Write(OkResponse("ok"));
    }
  });
  const auto long_time = std::chrono::seconds(20);
  DestroyFromHandler(server.port(), ClientHarness::Request(), long_time, false);
  DestroyFromHandler(server.port(), ClientHarness::Request("break"), long_time, false);
  DestroyFromHandler(server.port(), ClientHarness::Request("slow"), std::chrono::milliseconds(30), false);
  DestroyFromHandler(server.port(), ClientHarness::Request("slow"), long_time, true);
}

TEST(Lifetime, TheLoopMayGoWithEverythingPending) {
  ScriptedServer server([](Peer& peer, int) { peer.WaitForClose(); });
  std::optional<ExchangeResult> result;
  {
    ClientHarness harness(ClientHarness::Plain(server.port()));
    harness.Start(&result);
    harness.io.run_one_for(std::chrono::milliseconds(20));
  }
  EXPECT_THAT(Describe(*result), StartsWith("cancelled"));
}

TEST(Lifetime, CreateRefusesWhatCannotWork) {
  boost::asio::io_context io;
  auto options = ClientHarness::Plain(1);
  options.secret_headers = {{"X-Key", "a\n"}};
  EXPECT_EQ(transport::HttpClient::Create(io, options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace spillway::testing
