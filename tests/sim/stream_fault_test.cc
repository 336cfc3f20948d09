// Each fault of streams, as its bytes arrive.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/raw_client.h"
#include "tests/sim/simulator.h"

namespace spillway::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPath[] = "/v1/chat/completions";
constexpr char kBody[] =
    R"({"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Say this is a test!"}]})";

SimulatorOptions One(TlsMode tls) {
  SimulatorOptions options;
  PersonalityConfig& config = options.personalities.emplace_back();
  config.name = "p";
  config.tls = tls;
  return options;
}

std::size_t Count(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Over plain TCP and over TLS.
class StreamFaultTest : public ::testing::TestWithParam<bool> {
 protected:
  bool tls() const { return GetParam(); }

  RawClient Connect() { return RawClient(simulator_.port("p"), tls() ? simulator_.ca_pem() : ""); }

  Received Ask(const std::string& script) {
    simulator_.SetScript("p", script);
    return Connect().Post(kPath, kBody);
  }

  ReceivedBytes AskForBytes(const std::string& script) {
    simulator_.SetScript("p", script);
    RawClient client = Connect();
    client.Send(PostBytes(kPath, kBody));
    return client.ReadToEnd();
  }

  // Reads what is sent up to `last`, then leaves; what was read.
  std::string ReadUntilAndLeave(const std::string& script, std::string_view last) {
    simulator_.SetScript("p", script);
    RawClient client = Connect();
    client.Send(PostBytes(kPath, kBody));
    std::string bytes;
    while (!bytes.ends_with(last)) bytes += client.ReadBytes(1);
    client.Close();
    return bytes;
  }

  // The log's entry once its delivery has ended.
  LogEntry Ended() {
    EXPECT_TRUE(
        simulator_.WaitForLog([](const auto& entries) { return entries.size() == 1 && entries[0].done; }));
    return simulator_.Log().at(0);
  }

  End Dropped() const { return tls() ? End::kTruncatedTls : End::kEof; }

  Simulator simulator_{One(GetParam() ? TlsMode::kOn : TlsMode::kOff)};
};

INSTANTIATE_TEST_SUITE_P(Over, StreamFaultTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Tls" : "Plain"; });

TEST_P(StreamFaultTest, AWholeStreamIsChunkedAndItsTokensAreCounted) {
  const Received received = Ask("ok");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_EQ(received.response.status, 200);
  EXPECT_EQ(*FindHeader(received.response.headers, "content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(*FindHeader(received.response.headers, "transfer-encoding"), "chunked");
  EXPECT_THAT(received.response.body, EndsWith("data: [DONE]\n\n"));
  const LogEntry entry = Ended();
  EXPECT_EQ(entry.tokens_sent, 4u);
  EXPECT_FALSE(entry.peer_closed_after.has_value());
  EXPECT_EQ(entry.answer, received.response.body);
}

TEST_P(StreamFaultTest, TheConnectionServesTheNextRequestAfterAStream) {
  RawClient client = Connect();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.Post(kPath, kBody).response.body, EndsWith("[DONE]\n\n"));
  EXPECT_EQ(client.Post(kPath, ChatBody("hi")).response.status, 200);
  EXPECT_EQ(simulator_.Log().back().request.number_on_connection, 4u);
}

TEST_P(StreamFaultTest, ErrorsComeBeforeTheStream) {
  const Received received = Ask("rate_limited:retry_after=3");
  EXPECT_EQ(received.response.status, 429);
  EXPECT_EQ(*FindHeader(received.response.headers, "content-type"), "application/json");
  EXPECT_EQ(Ask(R"({"status": 502})").response.status, 502);
  EXPECT_EQ(Ask(R"({"status": 200, "body": "data: x\n\n"})").response.body, "data: x\n\n");
}

TEST_P(StreamFaultTest, CutEndsAfterSoManyTokensWithoutHttpsEnd) {
  const ReceivedBytes received = AskForBytes("cut:after=2");
  EXPECT_EQ(received.end, Dropped());
  EXPECT_THAT(received.bytes, HasSubstr(R"("content":" is")"));
  EXPECT_THAT(received.bytes, Not(HasSubstr(R"("content":" a")")));
  EXPECT_THAT(received.bytes, EndsWith("\n\n\r\n"));
  EXPECT_EQ(Ended().tokens_sent, 2u);
  EXPECT_FALSE(Ended().peer_closed_after.has_value());
}

TEST_P(StreamFaultTest, CutIsAfterOneTokenUnlessTold) {
  const ReceivedBytes received = AskForBytes("cut");
  EXPECT_THAT(received.bytes, HasSubstr(R"("content":"This")"));
  EXPECT_THAT(received.bytes, Not(HasSubstr(R"("content":" is")")));
}

TEST_P(StreamFaultTest, CutAfterNoTokenLeavesTheRole) {
  const ReceivedBytes received = AskForBytes("cut:after=0");
  EXPECT_THAT(received.bytes, HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(received.bytes, Not(HasSubstr("This")));
}

TEST_P(StreamFaultTest, CutMayBeAResetOrAfterBytes) {
  EXPECT_EQ(AskForBytes("cut:after=1:abort").end, End::kReset);
  const ReceivedBytes bytes = AskForBytes("cut:bytes=7");
  EXPECT_THAT(bytes.bytes, EndsWith("\r\n\r\n7\r\ndata: {\r\n"));
  EXPECT_EQ(bytes.end, Dropped());
}

TEST_P(StreamFaultTest, ResetAfterHeadersSendsTheHeadOnly) {
  const ReceivedBytes received = AskForBytes("reset_after_headers");
  EXPECT_THAT(received.bytes, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(received.bytes, EndsWith("\r\n\r\n"));
  EXPECT_EQ(received.end, End::kReset);
}

TEST_P(StreamFaultTest, StallIsSilentAfterSoManyTokensAndNoticesTheLeaving) {
  const std::string bytes = ReadUntilAndLeave("stall:after=3", "\n\n\r\n");
  EXPECT_THAT(bytes, HasSubstr("role"));
  const LogEntry entry = Ended();
  EXPECT_EQ(entry.tokens_sent, 3u);
  EXPECT_TRUE(entry.peer_closed_after.has_value());
}

TEST_P(StreamFaultTest, StallPingsGoesOnWithPings) {
  const std::string bytes = ReadUntilAndLeave("stall_pings:after=1:pause_ms=1",
                                              "e\r\n: keep-alive\n\n\r\ne\r\n: keep-alive\n\n\r\n");
  EXPECT_THAT(bytes, HasSubstr(R"("content":"This")"));
  EXPECT_EQ(Ended().tokens_sent, 1u);
  EXPECT_TRUE(Ended().peer_closed_after.has_value());
}

TEST_P(StreamFaultTest, AGarbageEventIsBetweenTwoTokens) {
  const Received received = Ask("garbage_event:after=2");
  EXPECT_EQ(received.end, End::kNone);
  const std::string& body = received.response.body;
  const std::size_t garbage = body.find("data: {\"id\":\"chatcmpl-\n\n");
  ASSERT_NE(garbage, std::string::npos);
  EXPECT_LT(body.find(R"("content":" is")"), garbage);
  EXPECT_GT(body.find(R"("content":" a")"), garbage);
  EXPECT_THAT(body, EndsWith("[DONE]\n\n"));
}

TEST_P(StreamFaultTest, AnErrorEventIsTheLast) {
  const Received received = Ask("error_event:after=2");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_EQ(received.response.status, 200);
  const std::string& body = received.response.body;
  EXPECT_THAT(body, HasSubstr(R"("content":" is")"));
  EXPECT_THAT(body.substr(body.rfind("data: ")),
              HasSubstr(R"(data: {"error":{"message":"The model is currently)"));
  EXPECT_THAT(body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(Ask("error_event:class=rate_limited").response.body,
              HasSubstr(R"("code":"rate_limit_exceeded")"));
}

TEST_P(StreamFaultTest, NoFinishHasAllTokensAndAnOrderlyEnd) {
  const Received received = Ask("no_finish");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_THAT(received.response.body, HasSubstr(R"("content":" test!")"));
  EXPECT_THAT(received.response.body, Not(HasSubstr(R"("finish_reason":"stop")")));
  EXPECT_THAT(received.response.body, Not(HasSubstr("[DONE]")));
}

TEST_P(StreamFaultTest, NoDoneLacksTheEndMarkOnly) {
  const Received received = Ask("no_done");
  EXPECT_EQ(received.end, End::kNone);
  EXPECT_THAT(received.response.body, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(received.response.body, Not(HasSubstr("[DONE]")));
}

TEST_P(StreamFaultTest, NoDoneOpenStaysOpen) {
  ReadUntilAndLeave("no_done_open", "\"obfuscation\":\"q7Zk0\"}\n\n\r\n");
  const LogEntry entry = Ended();
  EXPECT_TRUE(entry.peer_closed_after.has_value());
  EXPECT_THAT(entry.answer, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_EQ(entry.tokens_sent, 4u);
}

TEST_P(StreamFaultTest, PingsFirstComeAfterTheHeadAndBeforeTheAnswer) {
  const auto start = steady_clock::now();
  const Received received = Ask("pings_first:delay_ms=500:pause_ms=1");
  EXPECT_GE(steady_clock::now() - start, milliseconds(500));
  const std::string& body = received.response.body;
  EXPECT_THAT(body, StartsWith(": keep-alive\n\n: keep-alive\n\n"));
  EXPECT_LT(body.rfind("keep-alive"), body.find("data: "));
  EXPECT_THAT(body, EndsWith("[DONE]\n\n"));
}

TEST_P(StreamFaultTest, SilenceHasNoHeadAndSilenceAfterHeadHasOnlyThat) {
  EXPECT_THAT(ReadUntilAndLeave("silence_after_head", "\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  const LogEntry entry = Ended();
  EXPECT_EQ(entry.tokens_sent, 0u);
  EXPECT_TRUE(entry.peer_closed_after.has_value());
  EXPECT_EQ(entry.status, 200);
}

TEST_P(StreamFaultTest, PausesAreBetweenTokensOnly) {
  const auto start = steady_clock::now();
  EXPECT_THAT(Ask("ok:pause_ms=10").response.body, EndsWith("[DONE]\n\n"));
  EXPECT_GE(steady_clock::now() - start, milliseconds(30));
}

TEST_P(StreamFaultTest, LeavingDuringAPauseIsNoticedAtOnce) {
  ReadUntilAndLeave("ok:pause_ms=3600000", "\n\n\r\n");
  EXPECT_TRUE(Ended().peer_closed_after.has_value());
  EXPECT_EQ(Ended().tokens_sent, 1u);
}

TEST_P(StreamFaultTest, LeavingAStreamThatNobodyReadsIsNoticed) {
  ReadUntilAndLeave("ok:tokens=100000", "\r\n\r\n");
  const LogEntry entry = Ended();
  EXPECT_TRUE(entry.peer_closed_after.has_value());
  EXPECT_LT(*entry.tokens_sent, 100'000u);
}

TEST_P(StreamFaultTest, TheOldSpoiledAnswersAreStreamsToo) {
  EXPECT_EQ(Ask("empty_body").response.body, "");
  EXPECT_THAT(Ask("bad_json").response.body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(Ask("invalid_utf8").response.body, HasSubstr("\"content\":\"\xC3\x28This\""));
  const Received slow = Ask("slow:bytes=64:pause_ms=1");
  EXPECT_THAT(slow.response.body, EndsWith("[DONE]\n\n"));
  EXPECT_EQ(AskForBytes("close").end, Dropped());
  EXPECT_EQ(AskForBytes("reset").end, End::kReset);
}

TEST_P(StreamFaultTest, WholeAnswersMeetTheirLike) {
  simulator_.SetScript("p", "error_event");
  EXPECT_THAT(Connect().Post(kPath, ChatBody("hi")).response.body, StartsWith(R"({"error":)"));
  simulator_.SetScript("p", "no_finish");
  EXPECT_THAT(Connect().Post(kPath, ChatBody("hi")).response.body, HasSubstr("p heard: hi"));
  simulator_.ClearLog();
  simulator_.SetScript("p", "silence_after_head");
  RawClient client = Connect();
  client.Send(PostBytes(kPath, ChatBody("hi")));
  EXPECT_EQ(client.ReadBytes(15), "HTTP/1.1 200 OK");
  client.Close();
  EXPECT_TRUE(Ended().peer_closed_after.has_value());
  EXPECT_FALSE(Ended().tokens_sent.has_value());
}

TEST_P(StreamFaultTest, GeneratedTextHasSoManyWordsInBothForms) {
  const Received stream = Ask("ok:tokens=2000");
  EXPECT_EQ(Count(stream.response.body, "\"content\":\" w"), 1999u);
  EXPECT_THAT(stream.response.body, HasSubstr("\"content\":\" w2000\""));
  const std::string whole = Connect().Post(kPath, ChatBody("hi")).response.body;
  EXPECT_THAT(whole, HasSubstr("\"w1 w2 w3 "));
  EXPECT_THAT(whole, HasSubstr(" w2000\""));
  EXPECT_THAT(whole, HasSubstr("\"completion_tokens\":2000"));
}

}  // namespace
}  // namespace spillway::sim
