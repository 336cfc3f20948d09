#include "server/config/nearest_word.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway::server {
namespace {

const std::vector<std::string> kKnown = {"request_timeout", "retries", "fail_on", "url", "api"};

TEST(NearestWord, ForgivesAFewTypingMistakes) {
  EXPECT_EQ(NearestWord("reqest_timout", kKnown), "request_timeout");
  EXPECT_EQ(NearestWord("requestTimeout", kKnown), "request_timeout");
  EXPECT_EQ(NearestWord("Request-Timeout", kKnown), "request_timeout");
  EXPECT_EQ(NearestWord("retires", kKnown), "retries");
  EXPECT_EQ(NearestWord("uri", kKnown), "url");
  EXPECT_EQ(NearestWord("ulr", kKnown), "url");
}

TEST(NearestWord, GuessesNothingFromAnotherWord) {
  EXPECT_EQ(NearestWord("callers", kKnown), "");
  EXPECT_EQ(NearestWord("x", kKnown), "");
  EXPECT_EQ(NearestWord("", kKnown), "");
  EXPECT_EQ(NearestWord(std::string(65, 'a'), kKnown), "");
  EXPECT_EQ(NearestWord("url", {}), "");
}

TEST(Suggestion, ListsWhatThereIsWhenNothingIsNear) {
  EXPECT_EQ(Suggestion("callers", {"a", "b"}), "; known: a, b");
  EXPECT_EQ(Suggestion("callers", {}), "");
  EXPECT_EQ(Suggestion("urk", kKnown), "; did you mean \"url\"?");
  EXPECT_EQ(Suggestion("zzzzzz", std::vector<std::string>(21, "a")).substr(0, 12), "; known: a, ");
  EXPECT_NE(Suggestion("zzzzzz", std::vector<std::string>(21, "a")).find(", …"), std::string::npos);
}

TEST(Suggestion, AWordOfSeveralLinesIsShownOnOne) {
  EXPECT_EQ(Suggestion("zebra", {"open\nai", "azure"}), "; known: \"open\\nai\", azure");
  EXPECT_EQ(Suggestion("openai", {"open\nai", "azure"}), "; did you mean \"open\\nai\"?");
}

TEST(SuggestionTest, BytesThatAreNoTextAreShownEscaped) {
  EXPECT_EQ(Suggestion("nothing like it", {"two\x85lines"}), "; known: \"two\\205lines\"");
}

}  // namespace
}  // namespace spillway::server
