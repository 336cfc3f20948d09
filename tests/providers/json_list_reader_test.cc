// The elements of a JSON list out of bytes.
#include "providers/json_list_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace spillway::providers {
namespace {

using Elements = std::vector<std::string>;

struct Reading {
  bool readable = true;
  Elements elements;
  bool closed = false;
  bool in_element = false;

  bool operator==(const Reading&) const = default;
};

Reading ReadInPieces(const std::vector<std::string_view>& pieces) {
  JsonListReader reader;
  Reading out;
  for (const std::string_view piece : pieces) {
    out.readable = reader.Feed(piece, [&out](std::string_view element) {
      out.elements.emplace_back(element);
      return true;
    });
    if (!out.readable) break;
  }
  EXPECT_EQ(out.readable, reader.problem().empty());
  out.closed = reader.closed();
  out.in_element = reader.in_element();
  return out;
}

Reading Read(std::string_view text) { return ReadInPieces({text}); }

TEST(JsonListReaderTest, ElementsAreGivenWithoutWhatSeparatesThem) {
  const Reading reading = Read("[{\n  \"a\": 1\n}\n,\r\n{\"b\":[{}, []]} , [2]\n]\n");
  EXPECT_EQ(reading.elements, (Elements{"{\n  \"a\": 1\n}", "{\"b\":[{}, []]}", "[2]"}));
  EXPECT_TRUE(reading.closed);
}

TEST(JsonListReaderTest, BracketsInTextsMeanNothing) {
  const Elements elements = {R"({"a":"}]["})", R"({"b":"\"}]"})", R"({"c":"\\"})", R"("]\",")"};
  const Reading reading =
      Read("[" + elements[0] + "," + elements[1] + "," + elements[2] + "," + elements[3] + "]");
  EXPECT_EQ(reading.elements, elements);
  EXPECT_TRUE(reading.closed);
}

TEST(JsonListReaderTest, NumbersAndWordsEndWhereTheListGoesOn) {
  EXPECT_EQ(Read("[1,true , null\n,-2.5e3]").elements, (Elements{"1", "true", "null", "-2.5e3"}));
}

TEST(JsonListReaderTest, AnEmptyListHasNoElements) {
  for (const char* text : {"[]", " [ ] ", "\r\n[\n]"}) {
    const Reading reading = Read(text);
    EXPECT_TRUE(reading.readable && reading.closed) << text;
    EXPECT_TRUE(reading.elements.empty()) << text;
  }
}

TEST(JsonListReaderTest, AnElementIsGivenWithItsLastByte) {
  EXPECT_EQ(Read("[{\"a\":1}").elements, (Elements{"{\"a\":1}"}));
  EXPECT_TRUE(Read("[{\"a\":1").elements.empty());
}

TEST(JsonListReaderTest, AnySplitGivesTheSameElements) {
  const std::string text =
      "\n[{\"a\": \"\\\"}\\\\\", \"é\": [1, {\"b\": \"]\"}]}\n,\r\n{}, 12 ,\"x,]\\u0022\", [[[]]] ]\r\n";
  const Reading whole = Read(text);
  ASSERT_EQ(whole.elements.size(), 5u);
  ASSERT_TRUE(whole.closed);
  const std::string_view all = text;
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < all.size(); ++i) {
    single.push_back(all.substr(i, 1));
    EXPECT_EQ(ReadInPieces({all.substr(0, i), all.substr(i)}), whole) << i;
  }
  EXPECT_EQ(ReadInPieces(single), whole);
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t size = random() % 12;
      pieces.push_back(all.substr(at, size));
      at += size;
    }
    EXPECT_EQ(ReadInPieces(pieces), whole) << round;
  }
}

TEST(JsonListReaderTest, AListCutAnywhereIsNotClosed) {
  const std::string text = R"([{"a":"b"},{"c":[1]}])";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Reading reading = Read(std::string_view(text).substr(0, i));
    EXPECT_TRUE(reading.readable) << i;
    EXPECT_FALSE(reading.closed) << i;
  }
  EXPECT_TRUE(Read("[{\"a").in_element);
  EXPECT_FALSE(Read("[{}").in_element);
}

TEST(JsonListReaderTest, WhatIsNoListIsUnreadable) {
  for (const char* text :
       {"{}", "x[", "[,{}]", "[{},,{}]", "[{},]", "[{} {}]", "[{}}", "[}", "[1}", R"([{"a":[})", "[[}"}) {
    EXPECT_FALSE(Read(text).readable) << text;
  }
}

TEST(JsonListReaderTest, WhatComesAfterTheListIsPassedOver) {
  const Reading reading = Read("[{}] ,{} x");
  EXPECT_TRUE(reading.readable && reading.closed);
  EXPECT_EQ(reading.elements.size(), 1u);
}

TEST(JsonListReaderTest, AfterWhatIsUnreadableNothingIsRead) {
  JsonListReader reader;
  const auto none = [](std::string_view) { return ADD_FAILURE(), true; };
  EXPECT_FALSE(reader.Feed("x", none));
  EXPECT_FALSE(reader.Feed("[{}]", none));
}

TEST(JsonListReaderTest, AHandlerThatHasEnoughGetsNoMore) {
  JsonListReader reader;
  int elements = 0;
  EXPECT_TRUE(reader.Feed("[1,2,3]", [&elements](std::string_view) { return ++elements < 2; }));
  EXPECT_EQ(elements, 2);
}

TEST(JsonListReaderTest, AnElementMayBeLargeButNotEndless) {
  const std::string piece(64 * 1024, 'x');
  JsonListReader reader;
  std::size_t size = 0;
  const auto count = [&size](std::string_view element) { return size = element.size(), true; };
  EXPECT_TRUE(reader.Feed("[\"", count));
  for (int i = 0; i < 160; ++i) ASSERT_TRUE(reader.Feed(piece, count)) << i;
  EXPECT_TRUE(reader.Feed("\",\"", count));
  EXPECT_EQ(size, 160 * piece.size() + 2);
  bool readable = true;
  std::size_t fed = 0;
  for (; readable && fed < 2 * kMaxListElement; fed += piece.size()) readable = reader.Feed(piece, count);
  EXPECT_FALSE(readable);
  EXPECT_LE(fed, kMaxListElement + piece.size());
}

}  // namespace
}  // namespace spillway::providers
