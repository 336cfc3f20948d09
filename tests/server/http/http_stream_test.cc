// Answers that are streamed, over real sockets.
#include "server/http/http_server.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>

#include "tests/server/http/http_stage.h"
#include "tests/server/http/raw_client.h"
#include "tests/server/http/tcp_segments.h"

namespace spillway::testing {
namespace {

constexpr char kGet[] = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(HttpStream, StreamsChunksAndKeepsTheConnection) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port());
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  stage.Run([&] {
    kept.current->Begin({});
    EXPECT_TRUE(kept.current->Write("one"));
  });
  EXPECT_NE(client.ReadUntil("one\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  stage.Run([&] {
    kept.current->Write("two");
    kept.current->End();
  });
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.all.size() == 2; }));
  stage.Run([&] { kept.current->Answer({}, "again"); });
  EXPECT_EQ(client.ReadAnswer().body, "again");
  EXPECT_EQ(kept.gone, 0);
}

TEST(HttpStream, BreaksOffWithoutTheLastChunk) {
  HttpStage stage([](const auto& exchange) {
    exchange->Begin({});
    exchange->Write("one");
    exchange->BreakOff();
  });
  RawClient client(stage.port());
  client.Send(kGet);
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "one");
  EXPECT_FALSE(answer.whole);
  EXPECT_TRUE(client.WaitForEnd());
}

TEST(HttpStream, TellsThatTheClientHasLeftBetweenTwoChunks) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port());
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  stage.Run([&] {
    kept.current->Begin({});
    kept.current->Write("one");
  });
  client.ReadUntil("one");
  client.EndSending();
  EXPECT_TRUE(stage.WaitUntil([&] { return kept.gone == 1; }));
}

TEST(HttpStream, WhatIsWrittenTogetherLeavesTogether) {
  HttpStage stage([](const auto& exchange) {
    exchange->Begin({});
    for (int i = 0; i < 10; ++i) exchange->Write("token");
    exchange->End();
  });
  RawClient client(stage.port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().body.size(), 50u);
  EXPECT_EQ(SegmentsOf(client), 1u);
}

TEST(HttpStream, AsksForAPauseWhileTheClientDoesNotRead) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port(), 4096);
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  const std::string piece(8 * 1024, 'a');
  std::size_t pieces = 0;
  stage.Run([&] {
    kept.current->Begin({});
    do ++pieces;
    while (kept.current->Write(piece));
  });
  EXPECT_EQ(stage.Run([&] { return kept.writable; }), 0);
  std::thread reader([&] {
    const RawAnswer answer = client.ReadAnswer();
    EXPECT_TRUE(answer.whole);
    EXPECT_EQ(answer.body.size(), pieces * piece.size());
  });
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.writable == 1; }));
  stage.Run([&] {
    ++pieces;
    EXPECT_TRUE(kept.current->Write(piece));
    kept.current->End();
  });
  reader.join();
  EXPECT_EQ(stage.Run([&] { return kept.writable; }), 1);
}

TEST(HttpStream, WhatWasWrittenBeforeABreakGoesOutFirst) {
  Kept kept;
  HttpStage stage(std::ref(kept));
  RawClient client(stage.port(), 4096);
  client.Send(kGet);
  ASSERT_TRUE(stage.WaitUntil([&] { return kept.current != nullptr; }));
  std::size_t size = 0;
  stage.Run([&] {
    kept.current->Begin({});
    for (bool more = true; more; size += 50'000) more = kept.current->Write(std::string(50'000, 'a'));
    kept.current->BreakOff();
  });
  const RawAnswer answer = client.ReadAnswer();
  EXPECT_EQ(answer.body.size(), size);
  EXPECT_FALSE(answer.whole);
  EXPECT_FALSE(client.was_reset());
}

}  // namespace
}  // namespace spillway::testing
