// Each fault, as its bytes arrive.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/raw_client.h"
#include "tests/sim/simulator.h"

namespace spillway::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kPath[] = "/v1/chat/completions";

SimulatorOptions One(TlsMode tls) {
  SimulatorOptions options;
  PersonalityConfig& config = options.personalities.emplace_back();
  config.name = "p";
  config.tls = tls;
  return options;
}

// Every test runs over plain TCP and over TLS.
class DeliveryTest : public ::testing::TestWithParam<bool> {
 protected:
  bool tls() const { return GetParam(); }

  RawClient Connect() { return RawClient(simulator_.port("p"), tls() ? simulator_.ca_pem() : ""); }

  // The answer to one request under `script`.
  Received Ask(const std::string& script) {
    simulator_.SetScript("p", script);
    return Connect().Post(kPath, ChatBody("Say this is a test!"));
  }

  ReceivedBytes AskForBytes(const std::string& script) {
    simulator_.SetScript("p", script);
    RawClient client = Connect();
    client.Send(PostBytes(kPath, ChatBody("Say this is a test!")));
    return client.ReadToEnd();
  }

  // How a connection that just ends looks: TLS tells that no close_notify came.
  End Dropped() const { return tls() ? End::kTruncatedTls : End::kEof; }

  Simulator simulator_{One(GetParam() ? TlsMode::kOn : TlsMode::kOff)};
};

INSTANTIATE_TEST_SUITE_P(Over, DeliveryTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Tls" : "Plain"; });

TEST_P(DeliveryTest, AnswersWhole) {
  const Received received = Ask("ok");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_EQ(received.response.status, 200);
  EXPECT_THAT(received.response.body, HasSubstr("This is a test!"));
  EXPECT_NE(FindHeader(received.response.headers, "date"), nullptr);
  EXPECT_EQ(*FindHeader(received.response.headers, "content-length"),
            std::to_string(received.response.body.size()));
}

TEST_P(DeliveryTest, ErrorsCarryRetryHeaders) {
  const Received received = Ask("rate_limited:retry_after=30:retry_after_ms=29500");
  EXPECT_EQ(received.response.status, 429);
  EXPECT_EQ(*FindHeader(received.response.headers, "retry-after"), "30");
  EXPECT_EQ(*FindHeader(received.response.headers, "retry-after-ms"), "29500");
}

TEST_P(DeliveryTest, StatusBodyAndHeadersCanBeOverridden) {
  const Received received =
      Ask(R"({"status": 418, "body": {"tea": true}, "headers": {"Content-Type": "text/tea", "x-pot": "1"}})");
  EXPECT_EQ(received.response.status, 418);
  EXPECT_EQ(received.response.body, R"({"tea":true})");
  EXPECT_EQ(*FindHeader(received.response.headers, "content-type"), "text/tea");
  EXPECT_EQ(*FindHeader(received.response.headers, "x-pot"), "1");
  EXPECT_THAT(Ask(R"({"status": 504})").response.body, HasSubstr("Simulated status 504."));
}

TEST_P(DeliveryTest, BadGatewayIsHtml) {
  const Received received = Ask("bad_gateway");
  EXPECT_EQ(received.response.status, 502);
  EXPECT_EQ(*FindHeader(received.response.headers, "content-type"), "text/html");
}

TEST_P(DeliveryTest, BadJsonIsHalfAnAnswerOfDeclaredLength) {
  const Received received = Ask("bad_json");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_EQ(received.response.status, 200);
  boost::system::error_code error;
  boost::json::parse(received.response.body, error);
  EXPECT_TRUE(error.failed());
}

TEST_P(DeliveryTest, InvalidUtf8IsInsideTheText) {
  const Received received = Ask("invalid_utf8");
  EXPECT_EQ(received.response.status, 200);
  EXPECT_THAT(received.response.body, HasSubstr("\"content\":\"\xC3\x28This is a test!"));
}

TEST_P(DeliveryTest, EmptyBodyIsEmptyAnd200) {
  const Received received = Ask("empty_body");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_EQ(received.response.status, 200);
  EXPECT_EQ(received.response.body, "");
}

TEST_P(DeliveryTest, ErrorIn200IsAnErrorUnder200) {
  const Received received = Ask("error_in_200");
  EXPECT_EQ(received.response.status, 200);
  EXPECT_THAT(received.response.body, StartsWith(R"({"error":)"));
}

TEST_P(DeliveryTest, OversizedHeaderIsThatLong) {
  const ReceivedBytes received = AskForBytes("oversized_header:close");
  EXPECT_THAT(received.bytes, HasSubstr("\r\nx-padding: " + std::string(128 * 1024, 'x') + "\r\n"));
  EXPECT_EQ(FindHeader(Ask("oversized_header:bytes=100").response.headers, "x-padding")->size(), 100u);
}

TEST_P(DeliveryTest, GarbageIsNotHttp) {
  const ReceivedBytes received = AskForBytes("garbage");
  EXPECT_THAT(received.bytes, StartsWith("SSH-2.0"));
  EXPECT_EQ(received.end, Dropped());
  EXPECT_EQ(Ask("garbage").end, End::kNotHttp);
}

TEST_P(DeliveryTest, ResetSendsNoByte) {
  const ReceivedBytes received = AskForBytes("reset");
  EXPECT_EQ(received.bytes, "");
  EXPECT_EQ(received.end, End::kReset);
}

TEST_P(DeliveryTest, ResetAfterHeadersSendsTheHeadOnly) {
  const ReceivedBytes received = AskForBytes("reset_after_headers");
  EXPECT_THAT(received.bytes, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(received.bytes, EndsWith("\r\n\r\n"));
  EXPECT_EQ(received.end, End::kReset);
}

TEST_P(DeliveryTest, CutSendsLessThanDeclared) {
  const ReceivedBytes received = AskForBytes("cut:bytes=10");
  const std::size_t body = received.bytes.find("\r\n\r\n") + 4;
  EXPECT_EQ(received.bytes.size() - body, 10u);
  EXPECT_EQ(received.end, Dropped());
  EXPECT_NE(Ask("cut:bytes=10").end, End::kNone);
  EXPECT_EQ(AskForBytes("cut:bytes=10:abort").end, End::kReset);
}

TEST_P(DeliveryTest, CutCanCarryAnyStatus) {
  const ReceivedBytes received =
      AskForBytes(R"({"fault": "cut", "status": 503, "body": "0123456789", "bytes": 3})");
  EXPECT_THAT(received.bytes, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(received.bytes, EndsWith("\r\n\r\n012"));
}

TEST_P(DeliveryTest, SlowArrivesWholeAndNotSoonerThanItsPauses) {
  const auto start = steady_clock::now();
  const Received received = Ask(R"({"fault": "slow", "body": "0123456789", "bytes": 3, "pause_ms": 10})");
  EXPECT_EQ(received.response.body, "0123456789");
  EXPECT_GE(steady_clock::now() - start, milliseconds(30));
}

TEST_P(DeliveryTest, ChunkedIsFramedAndMayBeCut) {
  const ReceivedBytes whole = AskForBytes(R"({"body": "0123456789", "chunked": true, "close": true})");
  EXPECT_THAT(whole.bytes, HasSubstr("transfer-encoding: chunked\r\n"));
  EXPECT_THAT(whole.bytes, EndsWith("\r\n\r\na\r\n0123456789\r\n0\r\n\r\n"));
  EXPECT_EQ(Ask(R"({"fault": "slow", "body": "0123456789", "bytes": 4, "pause_ms": 1, "chunked": true})")
                .response.body,
            "0123456789");
  const ReceivedBytes cut =
      AskForBytes(R"({"fault": "cut", "body": "0123456789", "bytes": 4, "chunked": true})");
  EXPECT_THAT(cut.bytes, EndsWith("\r\n\r\n4\r\n0123\r\n"));
}

TEST_P(DeliveryTest, CloseAnswersAndLeavesUnannounced) {
  const ReceivedBytes received = AskForBytes("close");
  EXPECT_THAT(received.bytes, HasSubstr("connection: keep-alive\r\n"));
  EXPECT_THAT(received.bytes, HasSubstr("This is a test!"));
  EXPECT_EQ(received.end, Dropped());
}

TEST_P(DeliveryTest, DelayComesBeforeTheFirstByte) {
  const auto start = steady_clock::now();
  EXPECT_EQ(Ask("ok:delay_ms=30").response.status, 200);
  EXPECT_GE(steady_clock::now() - start, milliseconds(30));
}

// Waits for the only request to be in the log, then leaves.
void LeaveDuring(Simulator& simulator, RawClient& client, const std::string& script) {
  simulator.SetScript("p", script);
  client.Send(PostBytes(kPath, ChatBody("anyone there?")));
  ASSERT_TRUE(simulator.WaitForLog([](const auto& entries) { return entries.size() == 1; }));
  EXPECT_FALSE(simulator.Log()[0].done);
  client.Close();
}

TEST_P(DeliveryTest, LeavingASilentProviderIsNoticed) {
  RawClient client = Connect();
  LeaveDuring(simulator_, client, "silence");
  ASSERT_TRUE(simulator_.WaitForLog([](const auto& entries) { return entries[0].done; }));
  EXPECT_TRUE(simulator_.Log()[0].peer_closed_after.has_value());
  EXPECT_EQ(simulator_.Log()[0].status, 0);
}

TEST_P(DeliveryTest, LeavingDuringADelayIsNoticedBeforeItsEnd) {
  RawClient client = Connect();
  LeaveDuring(simulator_, client, "ok:delay_ms=3600000");
  ASSERT_TRUE(simulator_.WaitForLog([](const auto& entries) { return entries[0].done; }));
  EXPECT_LT(*simulator_.Log()[0].peer_closed_after, milliseconds(3600000));
}

TEST_P(DeliveryTest, LeavingASlowBodyIsNoticed) {
  RawClient client = Connect();
  simulator_.SetScript("p", "slow:bytes=1:pause_ms=3600000");
  client.Send(PostBytes(kPath, ChatBody("hi")));
  EXPECT_EQ(client.ReadBytes(8), "HTTP/1.1");
  client.Close();
  ASSERT_TRUE(
      simulator_.WaitForLog([](const auto& entries) { return entries[0].peer_closed_after.has_value(); }));
}

TEST_P(DeliveryTest, AnAnsweredRequestIsNotAPeerThatLeft) {
  EXPECT_EQ(Ask("ok").response.status, 200);
  ASSERT_TRUE(simulator_.WaitForLog([](const auto& entries) { return entries[0].done; }));
  EXPECT_FALSE(simulator_.Log()[0].peer_closed_after.has_value());
}

TEST_P(DeliveryTest, APeerThatLeavesOnceASlowBodyIsThereHasNotLeftIt) {
  EXPECT_EQ(Ask(R"({"fault": "slow", "body": "0123456789", "bytes": 10, "pause_ms": 3600000})").response.body,
            "0123456789");
  ASSERT_TRUE(simulator_.WaitForLog([](const auto& entries) { return entries[0].done; }));
  EXPECT_FALSE(simulator_.Log()[0].peer_closed_after.has_value());
}

TEST_P(DeliveryTest, ConnectionsAreKeptAndCounted) {
  RawClient client = Connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Post(kPath, ChatBody("hi")).response.status, 200);
  RawClient other = Connect();
  other.Post(kPath, ChatBody("hi"));
  const std::vector<LogEntry> log = simulator_.Log();
  ASSERT_EQ(log.size(), 4u);
  EXPECT_EQ(log[2].request.connection, log[0].request.connection);
  EXPECT_EQ(log[2].request.number_on_connection, 3u);
  EXPECT_NE(log[3].request.connection, log[0].request.connection);
}

TEST_P(DeliveryTest, AnAnnouncedCloseIsOrderly) {
  RawClient client = Connect();
  client.Send(PostBytes(kPath, ChatBody("hi"), "Connection: close\r\n"));
  const ReceivedBytes received = client.ReadToEnd();
  EXPECT_THAT(received.bytes, HasSubstr("connection: close\r\n"));
  EXPECT_EQ(received.end, End::kEof);
}

TEST_P(DeliveryTest, Expect100ContinueIsHonoured) {
  RawClient client = Connect();
  const std::string request = PostBytes(kPath, ChatBody("hi"), "Expect: 100-continue\r\n");
  const std::size_t head = request.find("\r\n\r\n") + 4;
  client.Send(request.substr(0, head));
  EXPECT_EQ(client.ReadBytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send(request.substr(head));
  EXPECT_EQ(client.Read().response.status, 200);
}

}  // namespace
}  // namespace spillway::sim
