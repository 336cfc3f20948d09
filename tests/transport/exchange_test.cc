// Exchanges over plain TCP: what comes back, and what is said of what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"

namespace spillway::testing {
namespace {

using std::chrono::milliseconds;
using transport::ExchangeResult;

constexpr auto kNowhere = std::string::npos;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A server that answers its first request with `bytes` and then closes in order.
ScriptedServer::Script Answer(std::string bytes) {
  return [bytes](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(bytes);
  };
}

std::string OutcomeOf(const std::string& answer) {
  ScriptedServer server(Answer(answer));
  return Describe(ClientHarness(ClientHarness::Plain(server.port())).Exchange());
}

TEST(Exchange, SendsTheRequestAndReturnsTheResponse) {
  std::promise<std::string> request;
  ScriptedServer server([&](Peer& peer, int) {
    request.set_value(peer.ReadRequest());
    peer.Write(OkResponse("hello", "X-Request-ID: 7\r\n"));
  });
  auto options = ClientHarness::Plain(server.port());
  options.secret_headers = {{"Authorization", "Bearer k"}};
  ClientHarness harness(options);
  const auto result = harness.Exchange();
  ASSERT_EQ(Describe(result), "200 hello");
  EXPECT_EQ(*FindHeader(std::get<HttpResponse>(result.outcome).headers, "x-request-id"), "7");
  const std::string seen = request.get_future().get();
  EXPECT_THAT(seen, StartsWith("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" +
                               std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(seen, HasSubstr("\r\nAuthorization: Bearer k\r\n"));
  EXPECT_THAT(seen, ::testing::EndsWith("\r\nContent-Length: 2\r\n\r\n{}"));
}

TEST(Exchange, TimingIsInOrder) {
  ScriptedServer server(Answer(OkResponse("ok")));
  const auto timing = ClientHarness(ClientHarness::Plain(server.port())).Exchange().timing;
  ASSERT_TRUE(timing.first_byte.has_value());
  EXPECT_LT(timing.start, *timing.first_byte);
  EXPECT_LE(*timing.first_byte, timing.end);
  EXPECT_FALSE(timing.reused_connection);
}

TEST(Exchange, NobodyListeningIsRefused) {
  const std::uint16_t port = UnusedPort();
  const auto result = ClientHarness(ClientHarness::Plain(port)).Exchange();
  EXPECT_EQ(Describe(result),
            "refused: cannot connect: Connection refused (127.0.0.1:" + std::to_string(port) + ")");
  EXPECT_FALSE(result.timing.first_byte.has_value());
}

TEST(Exchange, AnUnknownNameIsADnsError) {
  ClientHarness harness(ClientHarness::Plain(443, "no-such-host.invalid"));
  EXPECT_THAT(Describe(harness.Exchange()),
              ::testing::MatchesRegex("dns: .*does not resolve.*\\(no-such-host\\.invalid:443\\)"));
}

TEST(Exchange, ANameIsResolved) {
  ScriptedServer server(Answer(OkResponse("ok")));
  EXPECT_EQ(Describe(ClientHarness(ClientHarness::Plain(server.port(), "localhost")).Exchange()), "200 ok");
}

TEST(Exchange, AResetBeforeAnyByteIsToldApart) {
  ScriptedServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Reset();
  });
  EXPECT_THAT(Describe(ClientHarness(ClientHarness::Plain(server.port())).Exchange()),
              StartsWith("reset_before_response: the connection broke before an answer: Connection reset"));
  EXPECT_EQ(server.accepted(), 1) << "a fresh connection is not retried";
}

TEST(Exchange, ACloseBeforeAnyByteCountsAsAReset) {
  EXPECT_THAT(OutcomeOf(""), StartsWith("reset_before_response: the connection was closed before an answer"));
}

TEST(Exchange, AResetWithinTheBodyIsToldApart) {
  ScriptedServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n");
    // More than socket buffers hold: when it is written, the client has read of it.
    peer.Write(std::string(32'000'000, 'b'));
    peer.Reset();
  });
  EXPECT_THAT(Describe(ClientHarness(ClientHarness::Plain(server.port())).Exchange()),
              StartsWith("reset_during_response: the connection broke inside the answer: Connection reset"));
}

TEST(Exchange, ATruncatedAnswerIsNeverWhole) {
  EXPECT_THAT(OutcomeOf("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"),
              StartsWith("reset_during_response"));
  EXPECT_THAT(OutcomeOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n"),
              StartsWith("reset_during_response"));
  EXPECT_THAT(OutcomeOf("HTTP/1.1 200 OK\r\nConte"), StartsWith("reset_during_response"));
}

TEST(Exchange, ABodyDelimitedByTheEndIsWhole) {
  EXPECT_EQ(OutcomeOf("HTTP/1.1 200 OK\r\n\r\nall of it"), "200 all of it");
}

TEST(Exchange, InterimResponsesAreSkipped) {
  EXPECT_EQ(OutcomeOf("HTTP/1.1 100 Continue\r\n\r\n" + OkResponse("ok")), "200 ok");
}

TEST(Exchange, GarbageIsMalformed) {
  EXPECT_THAT(OutcomeOf("\x15\x03\x01 what is this\r\n\r\n"), StartsWith("malformed: "));
}

TEST(Exchange, LimitsBoundHeaderAndBody) {
  const auto outcome = [](const std::string& answer) {
    ScriptedServer server(Answer(answer));
    auto options = ClientHarness::Plain(server.port());
    options.max_header_bytes = 256;
    options.max_body_bytes = 100;
    return Describe(ClientHarness(options).Exchange());
  };
  EXPECT_THAT(outcome(OkResponse("", "X-Long: " + std::string(300, 'x') + "\r\n")),
              StartsWith("oversized: the header"));
  EXPECT_THAT(outcome(OkResponse(std::string(101, 'b'))), StartsWith("oversized: the body"));
  EXPECT_EQ(outcome(OkResponse(std::string(100, 'b'))), "200 " + std::string(100, 'b'));
}

TEST(Exchange, SilenceEndsAtTheDeadlineAndClosesTheConnection) {
  std::atomic<int> closed = 0;
  ScriptedServer server([&](Peer& peer, int) {
    if (!peer.ReadRequest().empty() && peer.WaitForClose()) ++closed;
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  const auto result = harness.TimeOutInside(
      [](const ExchangeResult& got) { return Describe(got).find("an answer") != kNowhere; });
  EXPECT_THAT(Describe(result), StartsWith("timeout: timed out waiting for an answer (127.0.0.1:"));
  EXPECT_TRUE(harness.RunUntil([&] { return closed > 0; }));
  EXPECT_EQ(harness.client->connections().active, 0u);
}

TEST(Exchange, AStallInsideTheBodyEndsAtTheDeadline) {
  ScriptedServer server([&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
    peer.WaitForClose();
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  const auto result =
      harness.TimeOutInside([](const ExchangeResult& got) { return got.timing.first_byte.has_value(); });
  EXPECT_THAT(Describe(result), StartsWith("timeout: timed out waiting for the rest of the answer"));
}

TEST(Exchange, NoExchangeEndsBeforeItsDeadlineAndTheyEndInOrder) {
  ScriptedServer server([&](Peer& peer, int) {
    peer.ReadRequest();
    peer.WaitForClose();
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  std::vector<int> ended;
  const auto now = ClientHarness::In(milliseconds(0));
  for (const int time : {60, 20, 90, 40}) {
    const auto deadline = now + milliseconds(time);
    harness.client->Send(ClientHarness::Request(), deadline, [&ended, time, deadline](ExchangeResult result) {
      EXPECT_GE(result.timing.end, deadline);
      ended.push_back(time);
    });
  }
  ASSERT_TRUE(harness.RunUntil([&] { return ended.size() == 4; }));
  EXPECT_THAT(ended, ::testing::ElementsAre(20, 40, 60, 90));
}

TEST(Exchange, ADeadlineThatPassedTimesOutAtOnce) {
  ScriptedServer server(Answer(OkResponse("ok")));
  ClientHarness harness(ClientHarness::Plain(server.port()));
  EXPECT_THAT(Describe(harness.Exchange(ClientHarness::Request(), milliseconds(-1))), StartsWith("timeout"));
}

TEST(Exchange, ARequestThatMustNotBeSentIsNot) {
  ScriptedServer server(Answer(OkResponse("ok")));
  ClientHarness harness(ClientHarness::Plain(server.port()));
  HttpRequest request = ClientHarness::Request();
  request.headers = {{"X-A", "a\r\nX-B: b"}};
  EXPECT_EQ(Describe(harness.Exchange(request)), "malformed: request header \"X-A\" holds CR, LF or NUL");
  EXPECT_EQ(server.accepted(), 0);
}

TEST(Exchange, ALargeBodyReachesASlowReaderWhole) {
  std::promise<std::size_t> size;
  ScriptedServer server([&](Peer& peer, int) {
    size.set_value(peer.ReadRequest().size());
    peer.Write(OkResponse(std::string(3'000'000, 'r')));
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  const auto result = harness.Exchange(ClientHarness::Request(std::string(8'000'000, 'q')));
  EXPECT_EQ(Describe(result), "200 " + std::string(3'000'000, 'r'));
  EXPECT_GT(size.get_future().get(), 8'000'000u);
}

TEST(Exchange, AnAnswerBeforeTheRequestIsAllSentCounts) {
  // A peer that read on could have the whole request before its answer is noticed.
  std::promise<void> answered;
  ScriptedServer server([&](Peer& peer, int) {
    peer.ReadSome(1000);
    peer.Write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    answered.get_future().wait();
  });
  ClientHarness harness(ClientHarness::Plain(server.port()));
  const auto result = harness.Exchange(ClientHarness::Request(std::string(50'000'000, 'q')));
  EXPECT_EQ(Describe(result), "413 ");
  EXPECT_EQ(harness.client->connections().idle, 0u) << "half a request is still on it";
  answered.set_value();
}

}  // namespace
}  // namespace spillway::testing
