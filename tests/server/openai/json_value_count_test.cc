#include "server/openai/json_value_count.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::server {
namespace {

TEST(JsonValueCountTest, IsThatOfTheValues) {
  const struct {
    const char* text;
    std::size_t values;
  } cases[] = {
      {"1", 1},
      {"[]", 1},
      {"{ }", 1},
      {"[ [ ] , { } ]", 3},
      {"[1,2,3]", 4},
      {R"({"a": 1, "b": [true, null]})", 5},
      {R"({"a,b[": "{,,,[", "c": "\\"})", 3},
      {R"(["\"", "\\\",[", "\\"])", 4},
      {R"("an end is missing, [)", 1},
      {R"("\)", 1},
      {"", 0},
      {" \n", 0},
  };
  for (const auto& c : cases) EXPECT_EQ(CountJsonValues(c.text), c.values) << c.text;
}

TEST(JsonValueCountTest, AsManyAsMayBeAreNotMore) {
  for (const char* text : {"[1,1]", "[[[]]]", "[[],[]]", R"({"":1,"":1})"}) {
    EXPECT_EQ(CountJsonValues(text), 3u) << text;
    EXPECT_FALSE(HasMoreJsonValuesThan(3, text)) << text;
    EXPECT_TRUE(HasMoreJsonValuesThan(2, text)) << text;
  }
}

TEST(JsonValueCountTest, BytesOfStringsAreNone) {
  std::string text = "\"";
  for (int i = 0; i < 100'000; ++i) text += R"([,{\",\\)";
  EXPECT_EQ(CountJsonValues(text + "\""), 1u);
  EXPECT_FALSE(HasMoreJsonValuesThan(1, text + "\""));
}

}  // namespace
}  // namespace spillway::server
