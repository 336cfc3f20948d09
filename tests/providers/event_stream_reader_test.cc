// Messages of AWS's event streams out of bytes.
#include "providers/event_stream_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/providers/bedrock_frames.h"

namespace spillway::providers {
namespace {

// What a reader makes of the bytes: each message as "name=value;…|payload".
struct Reading {
  bool readable = true;
  std::vector<std::string> messages;
  bool between_messages = false;
  std::string problem;

  bool operator==(const Reading&) const = default;
};

Reading ReadInPieces(const std::vector<std::string_view>& pieces) {
  EventStreamReader reader;
  Reading out;
  for (const std::string_view piece : pieces) {
    out.readable = reader.Feed(piece, [&out](const EventStreamMessage& message) {
      std::string& text = out.messages.emplace_back();
      for (const auto& [name, value] : message.headers)
        text.append(name).append("=").append(value).append(";");
      text.append("|").append(message.payload);
      return true;
    });
    if (!out.readable) break;
  }
  out.between_messages = reader.between_messages();
  out.problem = reader.problem();
  return out;
}

Reading Read(std::string_view bytes) { return ReadInPieces({bytes}); }

const std::string& ThreeMessages() {
  static const std::string kBytes = EventFrame("messageStart", R"({"role":"assistant"})") + Frame("", "") +
                                    EventFrame("x", std::string(300, 'p') + std::string(1, '\0'));
  return kBytes;
}

TEST(EventStreamReaderTest, AMessageIsItsHeadersAndItsPayload) {
  const Reading reading = Read(EventFrame("messageStart", R"({"role":"assistant"})"));
  ASSERT_EQ(reading.messages.size(), 1u);
  EXPECT_EQ(reading.messages[0],
            ":event-type=messageStart;:content-type=application/"
            "json;:message-type=event;|{\"role\":\"assistant\"}");
  EXPECT_TRUE(reading.between_messages);
}

// Bytes as AWS's documentation of the encoding prints them: not written by this file's own writer.
TEST(EventStreamReaderTest, PublishedVectorsAreRead) {
  const std::string empty("\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff", 16);
  EXPECT_EQ(Read(empty).messages, std::vector<std::string>{"|"});
  const std::string payload = std::string("\x00\x00\x00\x1d\x00\x00\x00\x00\xfd\x52\x8c\x5a", 12) +
                              "{'foo':'bar'}" + std::string("\xc3\x65\x39\x36", 4);
  EXPECT_EQ(Read(payload).messages, std::vector<std::string>{"|{'foo':'bar'}"});
}

TEST(EventStreamReaderTest, AnySplitGivesTheSameMessages) {
  const std::string& bytes = ThreeMessages();
  const Reading whole = Read(bytes);
  ASSERT_EQ(whole.messages.size(), 3u);
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(std::string_view(bytes).substr(i, 1));
  EXPECT_EQ(ReadInPieces(single), whole);
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    const std::string_view all = bytes;
    EXPECT_EQ(ReadInPieces({all.substr(0, i), all.substr(i)}), whole) << i;
  }
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string_view> pieces;
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::size_t size = std::min<std::size_t>(random() % 90, rest.size());
      pieces.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    EXPECT_EQ(ReadInPieces(pieces), whole) << round;
  }
}

TEST(EventStreamReaderTest, HeadersOfEveryTypeArePassedOverAndTextsKept) {
  const std::string headers =
      TextHeader("a", "1") + FrameHeader("t", 0, "") + FrameHeader("f", 1, "") + FrameHeader("byte", 2, "b") +
      FrameHeader("short", 3, "ss") + FrameHeader("int", 4, "iiii") + FrameHeader("long", 5, "llllllll") +
      FrameHeader("bytes", 6, BigEndian(3, 2) + "bbb") + FrameHeader("time", 8, "tttttttt") +
      FrameHeader("uuid", 9, "uuuuuuuuuuuuuuuu") + TextHeader("", "") + TextHeader("z", "26");
  EXPECT_EQ(Read(Frame(headers, "p")).messages, std::vector<std::string>{"a=1;=;z=26;|p"});
}

TEST(EventStreamReaderTest, AHeaderIsFoundByItsName) {
  EventStreamReader reader;
  int messages = 0;
  EXPECT_TRUE(reader.Feed(Frame(TextHeader("a", "1") + TextHeader("b", "2"), ""), [&](const auto& message) {
    ++messages;
    EXPECT_EQ(message.Header("b"), "2");
    EXPECT_EQ(message.Header("c"), "");
    return true;
  }));
  EXPECT_EQ(messages, 1);
}

TEST(EventStreamReaderTest, HeadersThatDoNotAddUpAreUnreadable) {
  for (const std::string& headers : {FrameHeader("a", 10, ""), FrameHeader("a", 7, BigEndian(9, 2) + "short"),
                                     FrameHeader("a", 9, "short"),
                                     std::string("\x05"
                                                 "abc"),
                                     std::string("\x01"
                                                 "a"),
                                     FrameHeader("a", 7, "x")}) {
    const Reading reading = Read(Frame(headers, "payload"));
    EXPECT_FALSE(reading.readable);
    EXPECT_EQ(reading.problem, "the headers of an event cannot be read");
    EXPECT_TRUE(reading.messages.empty());
  }
}

TEST(EventStreamReaderTest, AnyBitTurnedIsNoticed) {
  const std::string good = EventFrame("contentBlockStop", R"({"contentBlockIndex":0})");
  for (std::size_t i = 0; i < 8 * good.size(); ++i) {
    std::string bad = good;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ 1 << i % 8);
    const Reading reading = Read(bad);
    EXPECT_FALSE(reading.readable) << i;
    EXPECT_FALSE(reading.problem.empty()) << i;
    EXPECT_TRUE(reading.messages.empty()) << i;
  }
}

// As it stands, the sum of the prelude right.
std::string Prelude(std::uint64_t length, std::uint64_t headers) {
  const std::string lengths = BigEndian(length, 4) + BigEndian(headers, 4);
  return lengths + Crc32(lengths);
}

TEST(EventStreamReaderTest, LengthsThatCannotBeAreRefusedAtOnce) {
  EXPECT_EQ(Read(Prelude(15, 0)).problem, "the lengths of an event cannot be");
  EXPECT_EQ(Read(Prelude(0, 0)).problem, "the lengths of an event cannot be");
  EXPECT_EQ(Read(Prelude(20, 5)).problem, "the lengths of an event cannot be");
  EXPECT_EQ(Read(Prelude(20, 0xffffffff)).problem, "the lengths of an event cannot be");
  EXPECT_EQ(Read(Prelude(kMaxEventStreamMessage + 1, 0)).problem, "an event is too large");
  EXPECT_EQ(Read(Prelude(0xffffffff, 0)).problem, "an event is too large");
  EXPECT_TRUE(Read(Prelude(kMaxEventStreamMessage, 0)).readable);
  EXPECT_EQ(Read("HTTP/1.1 500 no").problem, "the checksum of an event's prelude is wrong");
}

TEST(EventStreamReaderTest, GoodMessagesBeforeABadOneAreGiven) {
  std::string bytes = ThreeMessages();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  const Reading reading = Read(bytes);
  EXPECT_FALSE(reading.readable);
  EXPECT_EQ(reading.messages.size(), 2u);
}

TEST(EventStreamReaderTest, AfterABadMessageNothingIsRead) {
  EventStreamReader reader;
  const auto none = [](const EventStreamMessage&) { return ADD_FAILURE(), true; };
  EXPECT_FALSE(reader.Feed("not a prelude", none));
  EXPECT_FALSE(reader.Feed(Frame("", ""), none));
}

TEST(EventStreamReaderTest, BytesLeftOverAreNoMessage) {
  const std::string bytes = EventFrame("a", "b");
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const Reading reading = Read(std::string_view(bytes).substr(0, i));
    EXPECT_TRUE(reading.readable) << i;
    EXPECT_TRUE(reading.messages.empty()) << i;
    EXPECT_FALSE(reading.between_messages) << i;
  }
}

TEST(EventStreamReaderTest, AHandlerThatHasEnoughGetsNoMore) {
  EventStreamReader reader;
  int messages = 0;
  EXPECT_TRUE(reader.Feed(ThreeMessages(), [&](const auto&) { return ++messages < 2; }));
  EXPECT_EQ(messages, 2);
}

TEST(EventStreamReaderTest, AMessageOfTenMegabytesComesThroughSmallReads) {
  const std::string bytes = EventFrame("big", std::string(10'000'000, 'x'));
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); i += 1000)
    pieces.push_back(std::string_view(bytes).substr(i, 1000));
  const Reading reading = ReadInPieces(pieces);
  ASSERT_EQ(reading.messages.size(), 1u);
  EXPECT_GT(reading.messages[0].size(), 10'000'000u);
}

}  // namespace
}  // namespace spillway::providers
