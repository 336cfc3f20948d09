// Answers handed over as they come: what a stream's handler is told, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <utility>

#include "tests/transport/client_harness.h"
#include "tests/transport/scripted_server.h"
#include "tests/transport/stream_harness.h"

namespace spillway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::StartsWith;

class Stream : public StreamTest {
 protected:
  // What is told of an answer of these bytes, after which the server closes in order.
  std::shared_ptr<Recorder> Told(const std::string& answer, std::size_t max_header_bytes = 64 * 1024) const {
    ScriptedServer server(Server(), [&](Peer& peer, int) {
      peer.ReadRequest();
      peer.Write(answer);
    });
    auto options = Client(server);
    options.max_header_bytes = max_header_bytes;
    options.max_body_bytes = 4;
    ClientHarness harness(options);
    return RunStream(harness);
  }
};

INSTANTIATE_TEST_SUITE_P(, Stream, ::testing::Bool(), TlsOrPlain);

std::string Chunked(std::string_view one, std::string_view two) {
  return std::string(kChunkedHead) + Chunk(one) + Chunk(two) + std::string(kLastChunk);
}

TEST_P(Stream, TheHeadComesThenTheBodyThenTheEnd) {
  const auto stream = Told("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 11\r\n\r\nhello world");
  EXPECT_EQ(stream->Outcome(), "200 hello world");
  EXPECT_THAT(stream->head->headers, ElementsAre(Pair("x-a", "1"), Pair("content-length", "11")));
}

TEST_P(Stream, ABodyIsDelimitedByChunksLengthOrTheEnd) {
  EXPECT_EQ(Told(Chunked("hello ", "world"))->Outcome(), "200 hello world");
  EXPECT_EQ(Told(OkResponse("hello world"))->Outcome(), "200 hello world");
  EXPECT_EQ(Told("HTTP/1.1 200 OK\r\n\r\nhello world")->Outcome(), "200 hello world");
}

TEST_P(Stream, InterimResponsesAndTrailersAreNotTold) {
  const auto stream = Told("HTTP/1.1 100 Continue\r\nX-I: 1\r\n\r\n" + std::string(kChunkedHead) +
                           Chunk("hello") + "0\r\nX-Trailer: t\r\n\r\n");
  EXPECT_EQ(stream->Outcome(), "200 hello");
  EXPECT_THAT(stream->head->headers, ElementsAre(Pair("transfer-encoding", "chunked")));
}

TEST_P(Stream, AnAnswerWithoutABodyIsHeadAndEnd) {
  for (const std::string answer :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n"}) {
    const auto stream = Told(answer);
    EXPECT_TRUE(stream->head.has_value());
    EXPECT_EQ(stream->parts, 0);
    EXPECT_FALSE(stream->error.has_value()) << answer;
  }
}

TEST_P(Stream, AnErrorOfTheProviderIsAStreamLikeAnyOther) {
  const auto stream =
      Told("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 8\r\n\r\n{\"e\": 1}");
  EXPECT_EQ(stream->Outcome(), "429 {\"e\": 1}");
  EXPECT_EQ(*FindHeader(stream->head->headers, "retry-after"), "7");
}

TEST_P(Stream, EachPartIsHandedOverBeforeTheNextIsSent) {
  std::promise<void> got_head, got_part;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(kChunkedHead);
    got_head.get_future().wait();
    peer.Write(Chunk("one"));
    got_part.get_future().wait();
    peer.Write(Chunk("two"));
    peer.Write(kLastChunk);
    peer.WaitForClose();
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  ASSERT_TRUE(harness.RunUntil([&] { return stream->head.has_value(); }));
  EXPECT_EQ(stream->Outcome(), "200 …");
  got_head.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
  EXPECT_EQ(stream->Outcome(), "200 one…");
  got_part.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(stream->Outcome(), "200 onetwo");
  EXPECT_EQ(stream->parts, 2);
}

TEST_P(Stream, TenMegabytesPassThoughAnAnswerMayHaveFourBytes) {
  std::string block(64 * 1024, '\0');
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>(i % 251);
  constexpr int kBlocks = 160;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(kChunkedHead);
    for (int i = 0; i < kBlocks; ++i) peer.Write(Chunk(block));
    peer.Write(kLastChunk);
  });
  auto options = Client(server);
  options.max_body_bytes = 4;
  ClientHarness harness(options);
  const auto stream = RunStream(harness);
  EXPECT_FALSE(stream->error.has_value());
  ASSERT_EQ(stream->body.size(), kBlocks * block.size());
  for (int i = 0; i < kBlocks; ++i) {
    ASSERT_EQ(stream->body.compare(static_cast<std::size_t>(i) * block.size(), block.size(), block), 0) << i;
  }
}

TEST_P(Stream, ManySmallChunksInOneReadComeInOrder) {
  std::string answer(kChunkedHead), expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string event = std::to_string(i) + ";";
    answer += Chunk(event);
    expected += event;
  }
  EXPECT_EQ(Told(answer + std::string(kLastChunk))->Outcome(), "200 " + expected);
}

TEST_P(Stream, AnEndInsideTheAnswerIsAnErrorAfterWhatCame) {
  EXPECT_THAT(
      Told("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")->Outcome(),
      StartsWith("200 01234 reset_during_response: the connection was closed inside the answer (127"));
  EXPECT_THAT(Told(std::string(kChunkedHead) + Chunk("01234"))->Outcome(),
              StartsWith("200 01234 reset_during_response"));
  EXPECT_THAT(Told(std::string(kChunkedHead) + "9\r\n01234")->Outcome(),
              StartsWith("200 01234 reset_during_response"));
  EXPECT_THAT(Told("HTTP/1.1 200 OK\r\nConte")->Outcome(), StartsWith("reset_during_response"));
  EXPECT_THAT(Told("")->Outcome(), StartsWith("reset_before_response"));
}

TEST_P(Stream, AResetInsideTheBodyIsTold) {
  std::promise<void> got_part;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(kChunkedHead);
    peer.Write(Chunk("one"));
    got_part.get_future().wait();
    peer.Reset();
  });
  ClientHarness harness(Client(server));
  const auto stream = StartStream(harness);
  stream->on_body = [&] { got_part.set_value(); };
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_THAT(stream->Outcome(), StartsWith("200 one reset_during_response: the connection broke inside"));
}

TEST_P(Stream, AFinWithoutCloseNotifyEndsNoBodyInOrder) {
  for (const std::string& head : {std::string(kChunkedHead), std::string("HTTP/1.1 200 OK\r\n\r\n")}) {
    ScriptedServer server(Server(), [&](Peer& peer, int) {
      peer.ReadRequest();
      peer.Write(head + Chunk("one"));
      peer.CutOff();
    });
    ClientHarness harness(Client(server));
    const auto stream = RunStream(harness);
    const bool chunked = head == kChunkedHead;
    EXPECT_EQ(stream->body, chunked ? "one" : Chunk("one"));
    // Without TLS a FIN is all the end there is.
    EXPECT_EQ(stream->error.has_value(), chunked || GetParam());
    if (stream->error) {
      EXPECT_EQ(stream->error->kind, transport::ErrorKind::kResetDuringResponse);
    }
  }
}

TEST_P(Stream, OnlyHeadersAreBounded) {
  const std::string long_value(300, 'x');
  EXPECT_THAT(Told(OkResponse("", "X-Long: " + long_value + "\r\n"), 256)->Outcome(),
              StartsWith("oversized: the header"));
  EXPECT_THAT(Told(std::string(kChunkedHead) + "1;" + long_value, 256)->Outcome(),
              StartsWith("200  oversized: a header inside"));
  EXPECT_EQ(Told(OkResponse(long_value), 256)->Outcome(), "200 " + long_value);
}

TEST_P(Stream, WhatIsNotHttpIsMalformed) {
  EXPECT_THAT(Told("garbage\r\n\r\n")->Outcome(), StartsWith("malformed"));
  EXPECT_THAT(Told("HTTP/1.1 101 Switching Protocols\r\n\r\n")->Outcome(), StartsWith("malformed"));
  EXPECT_THAT(Told("HTTP/1.1 099 What\r\nContent-Length: 1\r\n\r\n!")->Outcome(), StartsWith("malformed"));
  EXPECT_THAT(Told(std::string(kChunkedHead) + Chunk("one") + "zz\r\n")->Outcome(),
              StartsWith("200 one malformed"));
}

TEST_P(Stream, WhatCannotBeSentOrReachedEndsWithTheReason) {
  const std::uint16_t port = UnusedPort();
  ClientHarness harness(ClientHarness::Plain(port));
  EXPECT_THAT(RunStream(harness)->Outcome(), StartsWith("refused: cannot connect"));
  HttpRequest bad = ClientHarness::Request();
  bad.path = "no slash";
  const auto stream = StartStream(harness, bad);
  EXPECT_FALSE(stream->ended) << "not from inside SendStream";
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_THAT(stream->Outcome(), StartsWith("malformed"));
}

TEST_P(Stream, TimingIsInOrder) {
  ScriptedServer server(Server(), [](Peer& peer, int) {
    while (!peer.ReadRequest().empty()) peer.Write(Chunked("a", "b"));
  });
  ClientHarness harness(Client(server));
  for (const bool reused : {false, true}) {
    const auto stream = RunStream(harness);
    ASSERT_TRUE(stream->timing.first_byte.has_value());
    EXPECT_LT(stream->timing.start, *stream->timing.first_byte);
    EXPECT_LE(*stream->timing.first_byte, stream->timing.end);
    EXPECT_EQ(stream->timing.reused_connection, reused);
  }
}

TEST_P(Stream, StreamsAndWholeAnswersShareConnections) {
  ScriptedServer server(Server(), [](Peer& peer, int connection) {
    while (!peer.ReadRequest().empty()) peer.Write(Chunked("on ", std::to_string(connection)));
  });
  ClientHarness harness(Client(server));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(RunStream(harness)->Outcome(), "200 on 0");
    EXPECT_EQ(Describe(harness.Exchange()), "200 on 0");
  }
  EXPECT_EQ(harness.client->connections().idle, 1u);
}

TEST_P(Stream, ConnectionsAreCountedByWhatTheyDo) {
  std::promise<void> go;
  ScriptedServer server(Server(), [&](Peer& peer, int) {
    peer.ReadRequest();
    peer.Write(kChunkedHead);
    peer.Write(Chunk("one"));
    go.get_future().wait();
    peer.Write(kLastChunk);
    peer.WaitForClose();
  });
  ClientHarness harness(Client(server));
  const auto counts = [&] {
    const auto now = harness.client->connections();
    return std::to_string(now.connecting) + std::to_string(now.active) + std::to_string(now.idle);
  };
  const auto stream = StartStream(harness);
  EXPECT_EQ(counts(), "100");
  ASSERT_TRUE(harness.RunUntil([&] { return stream->parts == 1; }));
  EXPECT_EQ(counts(), "010");
  harness.client->Pause(stream->id);
  EXPECT_EQ(counts(), "010");
  harness.client->Resume(stream->id);
  go.set_value();
  ASSERT_TRUE(harness.RunUntil([&] { return stream->ended; }));
  EXPECT_EQ(counts(), "001");
}

// The server's first connection serves one exchange, then ends unseen by the client; `last_words` come when
// it is asked again.
std::string AfterADeath(const ServerOptions& options,
                        const std::function<transport::ClientOptions(const ScriptedServer&)>& client,
                        const std::string& last_words, int* accepted) {
  std::promise<void> dead, answered;
  ScriptedServer server(options, [&](Peer& peer, int connection) {
    peer.ReadRequest();
    peer.Write(Chunked("on ", std::to_string(connection)));
    if (connection > 0) {
      peer.WaitForClose();
      return;
    }
    if (last_words.empty()) {
      answered.get_future().wait();
      peer.Finish();
      dead.set_value();
      peer.WaitForClose();
    } else {
      dead.set_value();
      peer.ReadRequest();
      peer.Write(last_words);
    }
  });
  ClientHarness harness(client(server));
  RunStream(harness);
  answered.set_value();
  dead.get_future().wait();
  std::string outcome = RunStream(harness)->Outcome();
  *accepted = server.accepted();
  return outcome;
}

TEST_P(Stream, AConnectionThatDiedUnseenIsReplacedAsLongAsNoByteCame) {
  const auto client = [this](const ScriptedServer& server) { return Client(server); };
  int accepted = 0;
  EXPECT_EQ(AfterADeath(Server(), client, "", &accepted), "200 on 1");
  EXPECT_EQ(accepted, 2);
  EXPECT_THAT(AfterADeath(Server(), client, "H", &accepted), StartsWith("reset_during_response"));
  EXPECT_EQ(accepted, 1);
}

}  // namespace
}  // namespace spillway::testing
