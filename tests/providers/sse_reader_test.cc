#include "providers/sse_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/providers/stream_of.h"

namespace spillway::providers {
namespace {

// Each event as NAME|DATA or, of stray text, !STRAY.
using Events = std::vector<std::string>;

Events Read(const std::vector<std::string_view>& pieces) {
  Events out;
  SseReader reader;
  const auto take = [&out](const SseEvent& event) {
    out.push_back(event.stray.empty() ? std::string(event.name) + "|" + std::string(event.data)
                                      : "!" + std::string(event.stray));
    return true;
  };
  bool fits = true;
  for (const std::string_view piece : pieces) {
    const std::string copy(piece);
    fits = fits && reader.Feed(copy, take);
  }
  if (!fits) {
    out.emplace_back("too large");
    return out;
  }
  reader.Finish(take);
  return out;
}

// The events of `text`, the same however it is cut: in two at every place, in bytes, and at random.
Events EventsOf(const std::string& text) {
  Events whole = Read({text});
  std::vector<std::string_view> bytes;
  const std::string_view view = text;
  for (std::size_t i = 0; i < view.size(); ++i) {
    bytes.push_back(view.substr(i, 1));
    EXPECT_EQ(Read({view.substr(0, i), view.substr(i)}), whole) << "cut at " << i;
  }
  EXPECT_EQ(Read(bytes), whole) << "byte by byte";
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(Read(Cut(text, seed)), whole) << seed;
  return whole;
}

TEST(SseReaderTest, AnEventSplitAnywhereIsTheSameEvent) {
  EXPECT_EQ(EventsOf("event: a\ndata: 1\n\ndata: Gr\xC3\xBC\xC3\x9F\x65\n\n"),
            (Events{"a|1", "|Gr\xC3\xBC\xC3\x9F\x65"}));
}

TEST(SseReaderTest, AllThreeLineEndsEndALine) {
  const Events expected = {"a|1\n2", "|3"};
  EXPECT_EQ(EventsOf("event: a\ndata: 1\ndata: 2\n\ndata: 3\n\n"), expected);
  EXPECT_EQ(EventsOf("event: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n"), expected);
  EXPECT_EQ(EventsOf("event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r"), expected);
  EXPECT_EQ(EventsOf("event: a\rdata: 1\r\ndata: 2\n\r\ndata: 3\n\r"), expected);
}

TEST(SseReaderTest, AnEventIsGivenOutWithItsBlankLineAlsoWhereThatMayBeHalfACrlf) {
  SseReader reader;
  int events = 0;
  const auto count = [&events](const SseEvent&) { return ++events > 0; };
  EXPECT_TRUE(reader.Feed("data: 1\r\n\r", count));
  EXPECT_EQ(events, 1);
  EXPECT_TRUE(reader.Feed("\ndata: 2\n\n", count));
  EXPECT_EQ(events, 2);
}

TEST(SseReaderTest, TheLastEventNeedsNoBlankLine) {
  EXPECT_EQ(EventsOf("data: 1\n\ndata: 2\n"), (Events{"|1", "|2"}));
  EXPECT_EQ(EventsOf("data: 1\n\ndata: 2"), (Events{"|1", "|2"}));
  EXPECT_EQ(EventsOf("data: 1\n\ndata: 2\r"), (Events{"|1", "|2"}));
}

TEST(SseReaderTest, CommentsAndFieldsOfNoUseArePassedOver) {
  EXPECT_EQ(
      EventsOf(": OPENROUTER PROCESSING\n\n:\nid: 7\nretry: 100\nfoo\ndatax: 1\ndata: 1\n: x\n\n: bye\n"),
      (Events{"|1"}));
}

TEST(SseReaderTest, OneSpaceAfterTheColonIsNoneOfTheValue) {
  EXPECT_EQ(EventsOf("data:1\n\ndata:  2 \n\nevent:x\ndata: a:b\n\n"), (Events{"|1", "| 2 ", "x|a:b"}));
}

TEST(SseReaderTest, AnEventWithoutDataIsNoneAndItsNameIsForgotten) {
  EXPECT_EQ(EventsOf("event: ping\n\ndata\n\ndata:\n\nevent: a\nevent: b\ndata: 1\n\n"), (Events{"b|1"}));
}

TEST(SseReaderTest, AByteOrderMarkMayStandAtTheBeginning) {
  EXPECT_EQ(EventsOf("\xEF\xBB\xBF"
                     "data: 1\n\n\xEF\xBB\xBF"
                     "data: 2\n\n"),
            (Events{"|1"}));
}

TEST(SseReaderTest, WhatIsNoFieldButBeginsJsonOrMarkupIsStray) {
  EXPECT_EQ(EventsOf("data: 1\n\n{\n  \"error\": {\n    \"code\": 503\n  }\n}\n"),
            (Events{"|1", "!{\n  \"error\": {\n    \"code\": 503\n  }\n}"}));
  EXPECT_EQ(EventsOf("<html>\nevent: x\n</html>\n\n  [1]\n\ndata: 1\n\n"),
            (Events{"!<html>\nevent: x\n</html>", "!  [1]", "|1"}));
  EXPECT_EQ(EventsOf("upstream connect error\n\n"), Events{});
}

TEST(SseReaderTest, StrayTextEndsTheEventBeforeItAndEndsAtDataAfterIt) {
  EXPECT_EQ(EventsOf("event: a\ndata: 1\n{\"x\":1}\ndata: [DONE]\n\n"),
            (Events{"a|1", "!{\"x\":1}", "|[DONE]"}));
}

TEST(SseReaderTest, NothingIsGivenOutOnceEnough) {
  SseReader reader;
  int events = 0;
  EXPECT_TRUE(reader.Feed("data: 1\n\n{}\ndata: 2\n\n", [&events](const SseEvent&) { return ++events < 1; }));
  EXPECT_EQ(events, 1);
  SseReader at_the_end;
  EXPECT_TRUE(at_the_end.Feed("{}\ndata: 2", [](const SseEvent&) { return true; }));
  events = 0;
  at_the_end.Finish([&events](const SseEvent&) { return ++events < 1; });
  EXPECT_EQ(events, 1);
}

TEST(SseReaderTest, AnEventMayBeLargeAndMustNotBeTooLarge) {
  const std::string large = "data: " + std::string(kMaxSseEvent - 6, 'x') + "\n\n";
  const Events read = Read({large});
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].size(), kMaxSseEvent - 5);
  const std::string first = "data: 1\n\n";
  for (const std::string& too_large :
       {"data: " + std::string(kMaxSseEvent, 'x'),
        "data: " + std::string(kMaxSseEvent / 2, 'x') + "\ndata: " + std::string(kMaxSseEvent / 2, 'x'),
        ": " + std::string(kMaxSseEvent, 'x'),
        "<" + std::string(kMaxSseEvent / 2, 'x') + "\n" + std::string(kMaxSseEvent / 2, 'x')}) {
    EXPECT_EQ(Read({first + too_large + "\n\n"}), (Events{"|1", "too large"}));
    EXPECT_EQ(Read({first, too_large.substr(0, 1000), std::string_view(too_large).substr(1000)}),
              (Events{"|1", "too large"}));
  }
}

TEST(SseReaderTest, AnEndlessStreamOfCommentsIsNotTooLarge) {
  SseReader reader;
  const std::string comments = ": " + std::string(1 << 20, 'x') + "\n";
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(reader.Feed(comments, [](const SseEvent&) { return true; }));
  }
}

}  // namespace
}  // namespace spillway::providers
