#include "server/grpc/event_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace spillway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::ChatEvent Content(const std::string& text) {
  v1::ChatEvent event;
  event.mutable_delta()->set_content(text);
  return event;
}

v1::ChatEvent FinishOf(const std::string& reason) {
  v1::ChatEvent event;
  event.mutable_finish()->set_finish_reason(reason);
  return event;
}

std::string Say(const v1::ChatEvent& event) {
  return event.has_delta() ? event.delta().content() : "finish " + event.finish().finish_reason();
}

// A wire that tells what it was asked to do, and does nothing.
class Wire final : public EventWriter::Wire {
 public:
  void Write(const v1::ChatEvent& event) override { seen.push_back(Say(event)); }
  void WriteLast(const v1::ChatEvent& event) override { seen.push_back(Say(event) + ", the last"); }
  void Finish() override { seen.push_back("end"); }
  void ReadOn() override { seen.push_back("read on"); }

  std::vector<std::string> seen;
};

class EventWriterTest : public ::testing::Test {
 protected:
  bool Push(std::vector<v1::ChatEvent> events) { return writer_.Push(events); }

  Wire wire_;
  EventWriter writer_{wire_};
};

TEST_F(EventWriterTest, AnEventIsWrittenAtOnceWhenTheWireIsFree) {
  EXPECT_TRUE(Push({Content("a")}));
  EXPECT_THAT(wire_.seen, ElementsAre("a"));
  writer_.OnWritten(true);
  EXPECT_TRUE(Push({Content("b")}));
  EXPECT_THAT(wire_.seen, ElementsAre("a", "b"));
}

TEST_F(EventWriterTest, WhatComesDuringAWriteGoesOutTogetherAfterIt) {
  Push({Content("a")});
  Push({Content("b")});
  Push({Content("c"), Content("d")});
  EXPECT_THAT(wire_.seen, ElementsAre("a"));
  writer_.OnWritten(true);
  EXPECT_THAT(wire_.seen, ElementsAre("a", "bcd"));
  writer_.OnWritten(true);
  EXPECT_THAT(wire_.seen, ElementsAre("a", "bcd"));
}

TEST_F(EventWriterTest, WhatComesTogetherGoesOutTogether) {
  Push({Content("a"), Content("b")});
  EXPECT_THAT(wire_.seen, ElementsAre("ab"));
}

TEST_F(EventWriterTest, TheEndGoesWithTheLastEvent) {
  Push({Content("a")});
  Push({Content("b")});
  Push({FinishOf("stop")});
  writer_.End();
  EXPECT_THAT(wire_.seen, ElementsAre("a"));
  writer_.OnWritten(true);
  writer_.OnWritten(true);
  EXPECT_THAT(wire_.seen, ElementsAre("a", "b", "finish stop, the last"));
}

TEST_F(EventWriterTest, AnEndWithNothingToSayComesAloneAndOnce) {
  writer_.End();
  EXPECT_THAT(wire_.seen, ElementsAre("end"));
}

TEST_F(EventWriterTest, AnEndWaitsForTheWriteThatIsOut) {
  Push({Content("a")});
  writer_.End();
  EXPECT_THAT(wire_.seen, ElementsAre("a"));
  writer_.OnWritten(true);
  EXPECT_THAT(wire_.seen, ElementsAre("a", "end"));
}

TEST_F(EventWriterTest, NothingIsWrittenToACallerWhoHasGone) {
  Push({Content("a")});
  Push({Content("b")});
  writer_.OnWritten(false);
  EXPECT_FALSE(Push({Content("c")}));
  EXPECT_THAT(wire_.seen, ElementsAre("a"));
  writer_.End();
  EXPECT_THAT(wire_.seen, ElementsAre("a", "end"));
}

TEST_F(EventWriterTest, ACallerWhoLeavesAfterTheEndOfTheRunIsLetGo) {
  Push({Content("a")});
  Push({Content("b"), FinishOf("stop")});
  writer_.End();
  writer_.OnWritten(false);
  EXPECT_THAT(wire_.seen, ElementsAre("a", "end"));
}

TEST_F(EventWriterTest, ASlowCallerStopsTheReadingUntilHalfIsGone) {
  const std::string piece(EventWriter::kHighWater / 4, 'x');
  const auto reset = [] {
    v1::ChatEvent event;
    event.mutable_reset();
    return event;
  };
  // One is being written; resets keep the others apart.
  EXPECT_TRUE(Push({Content(piece), reset()}));
  int pushed = 1;
  while (Push({Content(piece), reset()})) ++pushed;
  EXPECT_EQ(pushed, 4) << "the fourth to wait makes it too much";
  const auto read_on = [&] { return std::count(wire_.seen.begin(), wire_.seen.end(), "read on"); };
  int written = 0;
  while (read_on() == 0) {
    writer_.OnWritten(true);
    ASSERT_LT(++written, 20);
  }
  EXPECT_EQ(written, 6) << "two pieces and a reset are left, and one is being written";
  EXPECT_TRUE(Push({Content("more")}));
  writer_.OnWritten(true);
  EXPECT_EQ(read_on(), 1);
}

TEST_F(EventWriterTest, WhoeverWasToldToWaitIsToldToReadOn) {
  const std::string most(EventWriter::kHighWater * 3 / 4, 'x');
  v1::ChatEvent reset;
  reset.mutable_reset();
  EXPECT_TRUE(Push({Content("a")}));
  EXPECT_FALSE(Push({Content(std::string(EventWriter::kHighWater / 2, 'x')), reset, Content(most)}));
  writer_.OnWritten(true);
  writer_.OnWritten(true);
  EXPECT_FALSE(Push({Content("b")})) << "below the mark, but nobody has said so yet";
  EXPECT_THAT(wire_.seen, ::testing::Not(::testing::Contains("read on")));
  writer_.OnWritten(true);
  EXPECT_EQ(wire_.seen.back(), "read on");
}

TEST_F(EventWriterTest, NobodyIsToldToReadOnAfterTheEnd) {
  Push({Content("a")});
  EXPECT_FALSE(Push({Content(std::string(2 * EventWriter::kHighWater, 'x'))}));
  writer_.End();
  writer_.OnWritten(true);
  EXPECT_THAT(wire_.seen, ElementsAre("a", std::string(2 * EventWriter::kHighWater, 'x') + ", the last"));
}

// Two threads, as a server has: one pushes, the other completes the writes.
class SlowWire final : public EventWriter::Wire {
 public:
  void Write(const v1::ChatEvent& event) override { Begin(event); }
  void WriteLast(const v1::ChatEvent& event) override {
    Begin(event);
    ended = true;
  }
  void Finish() override { ended = true; }
  void ReadOn() override {}

  void Begin(const v1::ChatEvent& event) {
    EXPECT_FALSE(out.exchange(true)) << "two writes at once";
    EXPECT_FALSE(ended) << "a write after the end";
    text += event.delta().content();
  }

  std::string text;
  std::atomic<bool> out = false;
  std::atomic<bool> ended = false;
};

TEST(EventWriterThreadsTest, NothingIsLostTwiceOrOutOfOrder) {
  SlowWire wire;
  EventWriter writer(wire);
  std::thread queue([&] {
    while (!wire.ended) {
      if (wire.out.exchange(false)) writer.OnWritten(true);
    }
  });
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string piece = std::to_string(i) + " ";
    expected += piece;
    std::vector<v1::ChatEvent> events = {Content(piece)};
    writer.Push(events);
  }
  writer.End();
  queue.join();
  EXPECT_EQ(wire.text, expected);
}

}  // namespace
}  // namespace spillway::server
